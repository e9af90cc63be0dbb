/** Has the shape and length of an MK.IO token; it is not valid anywhere. */
export const TOKEN = `eyJhbGciOiJSUzI1NiIsImtpZCI6IjE3NjcyMjU2MDAifQ.${'YmVuY2g'.repeat(20)}.${'c2lnbmF0dXJl'.repeat(20)}`;
