"""Sphinx configuration of the documentation: built offline by ``make docs``, without warnings."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

_ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(_ROOT))

project = "Regional e-health portal"
author = "The ESEA portal contributors"
project_copyright = f"{author}, AGPL-3.0 or later"
release = tomllib.loads((_ROOT / "esea_auth_plugin" / "pyproject.toml").read_text(encoding="utf-8"))["project"][
    "version"
]
version = release

extensions = ["myst_parser", "sphinx.ext.autodoc", "docs._ext.generated_reference"]
exclude_patterns = ["_ext", "screenshots"]

# --- Markdown ---
myst_enable_extensions = ["attrs_block", "colon_fence", "deflist"]
myst_heading_anchors = 3

# --- API pages, from the docstrings ---
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_default_options = {"members": True, "undoc-members": True}
add_module_names = False
python_use_unqualified_type_names = True
# Names of this project must resolve. Those of other projects can't without their inventories, which need the network.
nitpick_ignore_regex = [
    ("py:.*", r"(?!(?:esea_auth_plugin|oru_espace_pro_plugin|host_app)\.).*"),
    # Types of signatures that belong to packages which publish nothing.
    ("py:class", r"esea_auth_plugin\..*"),
]

# --- HTML: no third-party fonts, scripts or addresses ---
html_theme = "furo"
html_title = f"{project} {release}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sphinx = False
html_copy_source = False
html_theme_options = {"navigation_with_keys": False, "top_of_page_buttons": []}
