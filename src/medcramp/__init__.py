"""medcramp: screen pharmacy exports for medicine-related leg and foot cramps.

Nothing heavy is imported here, so that `medcramp --help` answers at once.
"""

__version__ = "0.1.0"
