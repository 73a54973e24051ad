// Before anything is drawn: that scripts run, and the theme that was chosen here, if one was.
document.documentElement.classList.add("scripted");
try {
  const theme = localStorage.getItem("akin.theme");
  if (theme) document.documentElement.dataset.theme = theme;
} catch {
  // Storage is turned off: the system's theme it is.
}
