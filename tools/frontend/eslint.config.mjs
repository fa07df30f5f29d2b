/** Rules for the scripts: no injection of markup, no evaluated code, no inline handlers, typed exports, one format. */
import js from "@eslint/js";
import stylistic from "@stylistic/eslint-plugin";
import jsdoc from "eslint-plugin-jsdoc";
import noUnsanitized from "eslint-plugin-no-unsanitized";
import globals from "globals";

const handlers = "Use addEventListener: the content security policy refuses inline handlers.";
const markup = "Build elements or set textContent: text that is parsed as markup can carry a script.";

const markupProperties = ["innerHTML", "outerHTML", "insertAdjacentHTML", "srcdoc"];

export default [
  js.configs.recommended,
  noUnsanitized.configs.recommended,
  jsdoc.configs["flat/recommended-typescript-flavor-error"],
  stylistic.configs.customize({ arrowParens: true, braceStyle: "1tbs", quotes: "double", semi: true }),
  {
    linterOptions: { reportUnusedDisableDirectives: "error" },
    languageOptions: { ecmaVersion: 2024, sourceType: "module" },
    rules: {
      eqeqeq: "error",
      "no-alert": "error",
      "no-console": "error",
      "no-eval": "error",
      "no-implicit-globals": "error",
      "no-implied-eval": "error",
      "no-new-func": "error",
      "no-restricted-properties": [
        "error",
        ...markupProperties.map((property) => ({ property, message: markup })),
        { object: "document", property: "write", message: markup },
        { object: "document", property: "writeln", message: markup },
      ],
      "no-restricted-syntax": [
        "error",
        { selector: "AssignmentExpression > MemberExpression.left[property.name=/^on[a-z]+$/]", message: handlers },
        { selector: "CallExpression[callee.property.name='setAttribute'] > Literal[value=/^on/i]", message: handlers },
        {
          selector: "CallExpression[callee.property.name='setAttribute'] > Literal[value='style']",
          message: "Set a class: the content security policy refuses inline styles.",
        },
      ],
      "no-script-url": "error",
      "no-undef-init": "error",
      "no-unused-vars": ["error", { varsIgnorePattern: "^_$" }],
      "no-var": "error",
      "prefer-const": "error",
      "jsdoc/require-jsdoc": ["error", { publicOnly: true, require: { ArrowFunctionExpression: true } }],
      "jsdoc/tag-lines": ["error", "any", { startLines: null }],
      "@stylistic/max-len": ["error", { code: 120, tabWidth: 2 }],
      "@stylistic/max-statements-per-line": "off",
      "@stylistic/multiline-ternary": "off",
      "@stylistic/operator-linebreak": "off",
      "@stylistic/quote-props": ["error", "as-needed"],
      "@stylistic/quotes": ["error", "double", { avoidEscape: true }],
    },
  },
  { files: ["*/src/**/*.js"], languageOptions: { globals: globals.browser } },
  {
    files: ["tests/**/*.mjs", "tools/**/*.mjs"],
    languageOptions: { globals: globals.node },
    rules: { "no-console": "off" },
  },
];
