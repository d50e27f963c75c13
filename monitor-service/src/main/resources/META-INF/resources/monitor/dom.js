// Text from messages reaches the page only as text: there is no innerHTML anywhere.

export const byId = (id) => document.getElementById(id);

/** A new element with a class and text. */
export function element(name, className, text) {
  const made = document.createElement(name);
  if (className) {
    made.className = className;
  }
  if (text != null) {
    made.textContent = text;
  }
  return made;
}

/** Sets text only where it differs, so that nothing flickers and no selection is lost. */
export function setText(target, text) {
  const wanted = String(text);
  if (target.textContent !== wanted) {
    target.textContent = wanted;
  }
}

export function setHidden(target, hidden) {
  if (target.hidden !== hidden) {
    target.hidden = hidden;
  }
}

/** Keeps one child per key, in the order of the keys; makes and removes children as needed. */
export function reconcile(parent, children, keys, make) {
  const wanted = new Set(keys);
  for (const [key, child] of children) {
    if (!wanted.has(key)) {
      child.remove();
      children.delete(key);
    }
  }
  let before = parent.firstElementChild;
  for (const key of keys) {
    let child = children.get(key);
    if (!child) {
      child = make(key);
      children.set(key, child);
    }
    if (child === before) {
      before = before.nextElementSibling;
    } else {
      parent.insertBefore(child, before);
    }
  }
}
