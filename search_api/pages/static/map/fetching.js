/** Fetching, and what to say when that fails. */

class BadAnswer extends Error {
  constructor(status, detail) {
    super(`HTTP ${status}`);
    this.status = status;
    this.detail = detail;
  }
}

/** Fetch, or throw what `failure` can explain. */
export async function fetched(url, signal) {
  const response = await fetch(url, { signal });
  if (response.ok) return response;
  const problem = await response.json().catch(() => ({}));
  throw new BadAnswer(response.status, typeof problem.detail === "string" ? problem.detail : "");
}

/** Why something did not come, and what to do next. */
export function failure(error) {
  if (error instanceof TypeError) return `The server did not answer (${error.message}). See that it runs, then reload the page.`;
  if (!(error instanceof BadAnswer)) return `The answer could not be read (${error.message}). Reload the page to try again.`;
  if (error.status === 410) return "The index was rebuilt since this page was made. Reload the page to see the new one.";
  return `${error.detail || `The server answered with an error (${error.status}).`} Reload the page to try again.`;
}

/** The bytes of a URL; `progress(bytes)` is told how many have come. */
export async function bytes(url, progress) {
  const response = await fetched(url);
  let come = 0;
  const counted = response.body.pipeThrough(new TransformStream({
    transform(chunk, out) {
      progress(come += chunk.byteLength);
      out.enqueue(chunk);
    },
  }));
  return new Response(counted).arrayBuffer();
}
