for (const button of document.querySelectorAll("button[data-copies]")) {
  const says = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const text = document.getElementById(button.dataset.copies);
    try {
      await navigator.clipboard.writeText(text.textContent);
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = says; }, 1500);
    } catch {
      text.closest("details").open = true;
      text.focus();
      getSelection().selectAllChildren(text);
    }
  });
}
