// What is wider than the window is moved by the keyboard, too: it can have the focus.
for (const box of document.querySelectorAll("main pre > code, main .table-wrapper, main .picture")) {
  const wide = () => {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  };
  new ResizeObserver(wide).observe(box);
}

// Of the theme: the bar is a landmark, and its label that opens the table of contents is a button.
document.getElementById("mdbook-menu-bar")?.setAttribute("role", "banner");
document.getElementById("mdbook-sidebar-toggle")?.setAttribute("role", "button");
