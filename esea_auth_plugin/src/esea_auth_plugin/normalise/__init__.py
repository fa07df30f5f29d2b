"""One normaliser for each kind of typed or received value. Pure functions: no database, no request, no settings.

Every caller (forms, Pro Santé Connect, cards, searches, keys, limits) uses these, so that one text has one normal form
everywhere. Each normaliser is idempotent and raises nothing but its own error. ``unicodedata``, ``idna``,
``phonenumbers`` and ``ipaddress`` are imported in this package only.
"""
