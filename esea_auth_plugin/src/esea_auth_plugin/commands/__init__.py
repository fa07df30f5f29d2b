"""The commands of ``esea-admin``, a file each: ``register(commands)`` declares, ``given.run(given)`` acts."""
