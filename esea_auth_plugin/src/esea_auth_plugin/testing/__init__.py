"""What tests of a portal, ours or a third party's, stand on; load it with ``pytest_plugins`` in a conftest.

``pytest_plugins = ["esea_auth_plugin.testing.fixtures"]``. It is never registered as a ``pytest11`` entry point:
installing the plugin must not change anybody's test runs.
"""
