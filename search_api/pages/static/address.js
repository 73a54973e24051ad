// A paper's id as the path of a URL holds it.
export function inPath(id) {
  const path = encodeURIComponent(id).replaceAll("%3A", ":");
  // Browsers walk up from "/../", however its dots are written.
  return id.split("/").some((part) => part === "." || part === "..") ? path : path.replaceAll("%2F", "/");
}
