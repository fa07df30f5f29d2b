"""Test classes that every auth mode passes, ours and third parties': inherit them in your own tests."""
