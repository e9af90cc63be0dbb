// Query parameters with tokens, keys, and signatures of Azure, AWS, Google and CDNs. Names with `$` are MK.IO's own
// ($skiptoken, $label_key) and not secret.
const PARAMETERS = new Set(
  `accesskey accesstoken accountkey apikey auth authorization authtoken awsaccesskeyid clientassertion clientsecret code
  credential hdnea hdntl hdnts idtoken jwt key mkiotoken passphrase passwd password pwd refreshtoken sas sastoken secret
  sessiontoken sharedaccesskey sharedaccesssignature sig signature subscriptionkey token xamzcredential xamzsecuritytoken xamzsignature
  xgoogcredential xgoogsignature xmkiotoken`.split(/\s+/),
);

// JSON fields with secrets in MK.IO's messages (tokens, file access, content keys and policies, metrics endpoints, ingest,
// storage credentials, webhooks), and common names.
const FIELDS = new Set(
  `accesskey accesskeyid accesstoken accountkey apikey ask authorization authtoken clientsecret connectionstring credential
  credentials fairplaypfx fairplaypfxpassword idtoken jwt keyvalue mkiotoken passphrase password primarykey privatekey privatekeyid
  refreshtoken sas sastoken sasuri sasurl secondarykey secret secretaccesskey secretkey serviceaccountjson serviceaccountkey
  sessiontoken sharedaccesskey sharedaccesssignature sharedkey signingkey storagekey streamkey token xmkiotoken`.split(
    /\s+/,
  ),
);

// With any prefix: `srtPassphrase`, `aws_secret_access_key`. Not `…token`: `nextToken` is not secret.
const ENDING = /(?:accesskey|accesstoken|accountkey|apikey|passphrase|passwd|password|privatekey|secret|secretkey)$/;

/** Names of secret header fields, as the source of a pattern. */
export const SECRET_HEADER = String.raw`(?:(?:proxy-)?authorization|(?:set-)?cookie2?|x-[\w-]{0,40}(?:auth|key|password|secret|signature|token)|ocp-apim-subscription-key)`;
const HEADER = new RegExp(`^${SECRET_HEADER}$`, 'i');
/** Names of secret header fields on a line of their own, as the source of a pattern. */
export const SECRET_LINE = String.raw`(?:[\w-]{0,40}-)?(?:authorization|cookie2?)|x[-_][\w-]{0,40}(?:auth|key|password|secret|signature|token)|(?:[\w-]{0,40}[-_])?(?:(?:access|account|api|auth|private|shared|subscription)[-_]?key|passwd|password|secret|token)`;
const LINE = new RegExp(String.raw`(?<!\w)(?:${SECRET_HEADER}|${SECRET_LINE})(?![\w-])`, 'i');

export const isSecretParameter = (name: string): boolean => isSecret(PARAMETERS, fold(decode(name)));
/** Not secret in prose: `exit code=3`. */
export const isCommonWord = (name: string): boolean => /^(?:code|key)$/i.test(name);
export const isSecretHeader = (name: string): boolean => HEADER.test(name);
/** The apostrophe and the dot are legal in a name (RFC 9110 §5.6.2): `'token'`, `my.authorization`. */
export const isSecretHeaderLine = (name: string): boolean => LINE.test(name) || isSecretField(name.replaceAll("'", ''));
export const isSecretField = (name: string): boolean => isSecret(FIELDS, fold(name));
/** Objects with any secret members: the authentication of webhooks. */
export const isSecretObject = (name: string): boolean => /^(?:authentication|queryparams)$/.test(fold(name));

const isSecret = (names: ReadonlySet<string>, name: string): boolean => names.has(name) || ENDING.test(name);

/** Unifies `access_token`, `Access-Token` and `accessToken`. */
const fold = (name: string): string => name.toLowerCase().replace(/[-_]/g, '');

function decode(name: string): string {
  try {
    return name.includes('%') ? decodeURIComponent(name) : name;
  } catch {
    return name;
  }
}
