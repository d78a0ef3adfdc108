"""``python -m rootwarden``."""

from rootwarden.cli.main import main

if __name__ == "__main__":
    main()
