"""Pages of the sign-up: the steps, what comes after them, and what mailed links open."""
