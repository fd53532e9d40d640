// What is wider than the window is moved by the keyboard, too: it can have the focus.
for (const box of document.querySelectorAll("main pre > code, main .table-wrapper, main .picture")) {
  const wide = () => {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  };
  new ResizeObserver(wide).observe(box);
}

// Of the theme: the bar is a landmark, and what opens the table of contents is a label, which the keyboard does not reach. A button stands in its place.
document.getElementById("mdbook-menu-bar")?.setAttribute("role", "banner");
const label = document.getElementById("mdbook-sidebar-toggle");
if (label) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = label.className;
  button.title = label.title;
  button.innerHTML = label.innerHTML;
  const follow = () => {
    for (const name of ["aria-label", "aria-controls", "aria-expanded"]) {
      if (label.hasAttribute(name)) button.setAttribute(name, label.getAttribute(name));
    }
  };
  follow();
  new MutationObserver(follow).observe(label, { attributes: true });
  button.addEventListener("click", () => label.click());
  label.style.display = "none";
  label.after(button);
}
