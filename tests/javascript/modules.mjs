/** The modules under test, which live beside the other static files of the plugin. */
export * from "../../esea_auth_plugin/src/esea_auth_plugin/static/lib/base64url.js";
export * from "../../esea_auth_plugin/src/esea_auth_plugin/static/lib/character-counter.js";
export * from "../../esea_auth_plugin/src/esea_auth_plugin/static/lib/condition.js";
export * from "../../esea_auth_plugin/src/esea_auth_plugin/static/lib/french.js";
export * from "../../esea_auth_plugin/src/esea_auth_plugin/static/lib/long-list.js";
export * from "../../esea_auth_plugin/src/esea_auth_plugin/static/lib/navigation.js";
export * from "../../esea_auth_plugin/src/esea_auth_plugin/static/lib/passkey-messages.js";
export * from "../../esea_auth_plugin/src/esea_auth_plugin/static/lib/polling.js";
export * from "../../esea_auth_plugin/src/esea_auth_plugin/static/lib/session-countdown.js";
export * from "../../esea_auth_plugin/src/esea_auth_plugin/static/lib/strength.js";
export * from "../../esea_auth_plugin/src/esea_auth_plugin/static/lib/towns.js";
export * from "../../esea_auth_plugin/src/esea_auth_plugin/static/lib/webauthn-json.js";
export * from "../../oru_espace_pro_plugin/src/oru_espace_pro_plugin/static/lib/chart-spots.js";
export * from "../../oru_espace_pro_plugin/src/oru_espace_pro_plugin/static/lib/freshness.js";
