/** Looks like a token of MK.IO, so that its length is real; it opens nothing. */
export const TOKEN = `eyJhbGciOiJSUzI1NiIsImtpZCI6IjE3NjcyMjU2MDAifQ.${'YmVuY2g'.repeat(20)}.${'c2lnbmF0dXJl'.repeat(20)}`;
