/** What scripts are answered when nobody is signed in any more. */

/**
 * Pages that want a sign-in lead away, to its door.
 * @param {Response} answer
 */
export function isSignedOut(answer) {
  return answer.type === "opaqueredirect" || answer.redirected || answer.status === 401;
}
