// French typography: the space before « : ; ! ? % » » and after « « » never breaks a line, and an apostrophe is curved.
// Templates and what people wrote use plain spaces, and either apostrophe; only what is shown changes, never the value
// of a field, nor an address, which people copy.
import { typeset } from "./lib/french.js";

// The text of an option may be its value, which the server knows as it was written.
const left = new Set(["CODE", "PRE", "TEXTAREA", "OPTION", "SCRIPT", "STYLE"]);

const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, (node) =>
  left.has(node.nodeName) ? NodeFilter.FILTER_REJECT
    : node.nodeType === Node.TEXT_NODE ? NodeFilter.FILTER_ACCEPT : NodeFilter.FILTER_SKIP);

while (walker.nextNode()) {
  const text = walker.currentNode.data;
  const set = typeset(text);
  if (set !== text) walker.currentNode.data = set;
}
document.title = typeset(document.title);
