// French typography: the space before « : ; ! ? % » » and after « « » never breaks a line. Templates and what people
// wrote use plain spaces; only what is shown changes, never the value of a field.
const before = / (?=[:;!?»%])/g;
const after = /(?<=«) /g;
const left = new Set(["CODE", "PRE", "TEXTAREA", "SCRIPT", "STYLE"]);

const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, (node) =>
  left.has(node.nodeName) ? NodeFilter.FILTER_REJECT
    : node.nodeType === Node.TEXT_NODE ? NodeFilter.FILTER_ACCEPT : NodeFilter.FILTER_SKIP);

while (walker.nextNode()) {
  const text = walker.currentNode.data;
  const set = text.replace(before, "\u00a0").replace(after, "\u00a0");
  if (set !== text) walker.currentNode.data = set;
}
