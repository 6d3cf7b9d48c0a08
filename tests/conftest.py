"""What holds for every test: no example of hypothesis is judged by how long it takes."""

from hypothesis import settings

settings.register_profile("medcramp", deadline=None)
settings.load_profile("medcramp")
