// French typography: the space before « : ; ! ? % » » and after « « » never breaks a line, and an apostrophe is curved.
// Templates and what people wrote use plain spaces, and either apostrophe; only what is shown changes, never the value of
// a field, nor an address, which people copy.
const apostrophe = /(?<=\p{L})'(?=\p{L})(?!\S*@)(?<!@\S*)/gu;
const before = / (?=[:;!?»%])/g;
const after = /(?<=«) /g;
// The text of an option may be its value, which the server knows as it was written.
const left = new Set(["CODE", "PRE", "TEXTAREA", "OPTION", "SCRIPT", "STYLE"]);

const french = (text) => text.replace(apostrophe, "’").replace(before, "\u00a0").replace(after, "\u00a0");

const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, (node) =>
  left.has(node.nodeName) ? NodeFilter.FILTER_REJECT
    : node.nodeType === Node.TEXT_NODE ? NodeFilter.FILTER_ACCEPT : NodeFilter.FILTER_SKIP);

while (walker.nextNode()) {
  const text = walker.currentNode.data;
  const set = french(text);
  if (set !== text) walker.currentNode.data = set;
}
document.title = french(document.title);
