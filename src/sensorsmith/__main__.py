"""`python -m sensorsmith`, for machines where scripts of packages are not on the path."""

from sensorsmith.cli import main

if __name__ == "__main__":  # worker processes import this module again where processes are spawned
    main()
