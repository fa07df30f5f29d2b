"""Sign-in attempts: their rows, the known browsers, limits and failure counters."""
