"""Setting centralized root access up, and taking it back."""
