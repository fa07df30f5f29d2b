/**
 * Rules for the style sheets: standard syntax, one order of properties, and design tokens instead of raw values.
 *
 * Colours, font sizes, radii and shadows are defined in files named `tokens.css` and used as `var(--…)` elsewhere, so
 * that a theme and the dark scheme change them in one place.
 */
const TOKEN = "/^var\\(--/";

export default {
  extends: ["stylelint-config-standard", "stylelint-config-recess-order"],
  plugins: ["@stylistic/stylelint-plugin"],
  reportDescriptionlessDisables: true,
  reportInvalidScopeDisables: true,
  reportNeedlessDisables: true,
  rules: {
    "@stylistic/indentation": 2,
    "@stylistic/max-line-length": 120,
    "color-named": "never",
    "color-no-hex": true,
    "declaration-no-important": true,
    "declaration-property-value-allowed-list": {
      "border-radius": [TOKEN, "/^(0|50%|inherit)$/", "/^0 0 var\\(--[a-z-]+\\) var\\(--[a-z-]+\\)$/"],
      "box-shadow": [TOKEN, "none", "/^(inset )?0 0 0 \\d+px var\\(--[a-z-]+\\)$/"],
      "font-size": [TOKEN, "/^[\\d.]+em$/"],
    },
    "function-disallowed-list": ["/^(rgb|hsl)a?$/", "/^(ok)?(lab|lch)$/", "hwb", "color"],
    // Widely supported by browsers of hospital workstations; the range notation is not.
    "media-feature-name-no-unknown": true,
    "media-feature-range-notation": "prefix",
    // It compares the last compound of unrelated selectors; cascade layers and the order of the files decide here.
    "no-descending-specificity": null,
    "selector-max-id": 0,
    "value-keyword-case": ["lower", { ignoreProperties: ["/^--font/"] }],
  },
  overrides: [
    {
      files: ["**/tokens.css"],
      rules: {
        // Blank lines group the tokens by what they are for.
        "color-no-hex": null,
        "custom-property-empty-line-before": null,
        "function-disallowed-list": null,
      },
    },
  ],
};
