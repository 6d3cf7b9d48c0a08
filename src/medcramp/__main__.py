"""`python -m medcramp`."""

from medcramp.cli import main

if __name__ == "__main__":
    main()
