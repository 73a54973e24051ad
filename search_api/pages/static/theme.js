// Before anything is drawn: the theme that was chosen here, if one was.
try {
  const theme = localStorage.getItem("akin.theme");
  if (theme) document.documentElement.dataset.theme = theme;
} catch {
  // Storage is turned off: the system's theme it is.
}
