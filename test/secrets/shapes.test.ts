import { describe, expect, test } from 'vitest';
import { OPTION_KEYS, optionOf } from '../../src/config/options.ts';
import { ERRORS } from '../../src/errors.ts';
import { createRedactor } from '../../src/secrets/redact.ts';

const redact = createRedactor((text) => text);
const JWT = 'eyJhbGciOiJSUzI1NiJ9.eyJqdGkiOiI5In0.c2lnbmF0dXJl-_x';

const masked: [string, string, string][] = [
  ['a JWT', `a ${JWT}, b`, 'a [redacted], b'],
  ['a JWT without a signature', 'a eyJhbGciOiJub25lIn0.eyJqdGkiOiI5In0. b', 'a [redacted] b'],
  ['a JWT in a path, its dots encoded', `/x/${JWT.replaceAll('.', '%2E')}/y`, '/x/[redacted]/y'],
  ['a caller key', `/x/mkp_${'aB3-_'.repeat(9).slice(2)}/y`, '/x/[redacted]/y'],
  [
    'a signed link',
    'https://x.blob.core.windows.net/a?sv=1&sig=ab%2Fc%3D&se=2',
    'https://x.blob.core.windows.net/a?sv=1&sig=[redacted]&se=2',
  ],
  ['a parameter whose name is encoded', '/x?%73ig=abc&a=1', '/x?%73ig=[redacted]&a=1'],
  [
    'a parameter in a parameter',
    '/x?next=https%3A%2F%2Fy%3Fa%3D1%26token%3Dabc%2Fd%26b%3D2&c=3',
    '/x?next=https%3A%2F%2Fy%3Fa%3D1%26token%3D[redacted]%26b%3D2&c=3',
  ],
  [
    'a parameter in a parameter, encoded twice',
    '/x?a=y%253Fsig%253Dabc%2526b%253D2',
    '/x?a=y%253Fsig%253D[redacted]%2526b%253D2',
  ],
  ['the first parameter of a link in a parameter', '/x?a=https://y?sig=abc&b=2', '/x?a=https://y?sig=[redacted]&b=2'],
  ['the same, encoded', '/x?a=https%3A%2F%2Fy%3Fsig%3Dabc&b=2', '/x?a=https%3A%2F%2Fy%3Fsig%3D[redacted]&b=2'],
  ['a token in a fragment', '"https://x/y#access_token=s3cret&a=1"', '"https://x/y#access_token=[redacted]&a=1"'],
  ['a value with an apostrophe', "a=1&password=it's-s3cret&b=2", 'a=1&password=[redacted]&b=2'],
  ['a connection string', 'Endpoint=sb://x/;SharedAccessKey=s3cret=', 'Endpoint=sb://x/;SharedAccessKey=[redacted]'],
  [
    'the user of a link whose slashes JSON escapes',
    String.raw`"http:\/\/user:s3cret@x\/y"`,
    String.raw`"http:\/\/[redacted]@x\/y"`,
  ],
  [
    'a stream key whose slashes JSON escapes',
    String.raw`"rtmp:\/\/x\/live\/s3cret"`,
    String.raw`"rtmp:\/\/x\/live\/[redacted]"`,
  ],
  ['a form', 'password=a+b&name=c', 'password=[redacted]&name=c'],
  ['a passphrase of SRT', 'srt://in.example:6000?passphrase=s3cret', 'srt://in.example:6000?passphrase=[redacted]'],
  ['a stream key of RTMP', '"rtmp://in.example:1935/live/s3cret"', '"rtmp://in.example:1935/live/[redacted]"'],
  ['the user of a link', 'http://user:s3cret@proxy.example:3128/x', 'http://[redacted]@proxy.example:3128/x'],
  ['a header line', 'host: a\nAuthorization: Bearer s3cret\nx-a: b', 'host: a\nAuthorization: [redacted]\nx-a: b'],
  [
    'a header line whose value is quoted in part',
    'a: b\nAuthorization: OAuth oauth_consumer_key="k", oauth_token="s3cret"\nCookie: a="s3cret"; b=c\nd: e',
    'a: b\nAuthorization: [redacted]\nCookie: [redacted]\nd: e',
  ],
  ['a header of a key', 'api-key: s3cret', 'api-key: [redacted]'],
  ['a header of a token', 'PRIVATE-TOKEN: s3cret', 'PRIVATE-TOKEN: [redacted]'],
  ['a header of a secret', 'CF-Access-Client-Secret: s3cret', 'CF-Access-Client-Secret: [redacted]'],
  [
    'a header in an object',
    "{ cookie: 'a=b', 'x-mkio-token': 's3cret', a: 1 }",
    "{ cookie: '[redacted]', 'x-mkio-token': '[redacted]', a: 1 }",
  ],
  ['a header in a list', '["set-cookie","a=b; Path=/","vary","x"]', '["set-cookie","[redacted]","vary","x"]'],
  [
    'a header as a name and its value',
    '[{"name":"Authorization","value":"Basic s3cret"},{"name":"X-A","value":"b"}]',
    '[{"name":"Authorization","value":"[redacted]"},{"name":"X-A","value":"b"}]',
  ],
  ['a header of several values', '{"X-Api-Key":["s3]cret", "s3cret"],"a":1}', '{"X-Api-Key":"[redacted]","a":1}'],
  ['a header of several values in an object', "{ cookie: [ 'a=b]', 'c=d' ], a: 1 }", '{ cookie: [redacted], a: 1 }'],
  ['a header that is an object', '{"X-Api-Key":{"a":"s3cret","b":"s3cret"},"c":1}', '{"X-Api-Key":"[redacted]","c":1}'],
  ['an authorization that is an object', '{"authorization":{"a":1,"b":"s3cret"}}', '{"authorization":"[redacted]"}'],
  [
    'a header of JSON in a string',
    String.raw`{"a":"{\"x-api-key\":\"s3cret\",\"b\":\"{\\\"cookie\\\":\\\"s3cret\\\"}\"}"}`,
    String.raw`{"a":"{\"x-api-key\":\"[redacted]\",\"b\":\"{\\\"cookie\\\":\\\"[redacted]\\\"}\"}"}`,
  ],
  [
    'a header as a name and its value, of JSON in a string',
    String.raw`{"a":"[{\"name\":\"Cookie\",\"value\":\"s3cret\"}]"}`,
    String.raw`{"a":"[{\"name\":\"Cookie\",\"value\":\"[redacted]\"}]"}`,
  ],
  [
    'a field behind a value that is the name of a header',
    '{"kind":"authorization","token":"s3cret"}',
    '{"kind":"authorization","token":"[redacted]"}',
  ],
  [
    'a link in quotes of a string of JSON',
    String.raw`{"a":"\"https://x?sig=s3cret\" and \"rtmp://x/live/s3cret\" failed"}`,
    String.raw`{"a":"\"https://x?sig=[redacted]\" and \"rtmp://x/live/[redacted]\" failed"}`,
  ],
  [
    'a link of JSON in a string',
    String.raw`{"a":"{\"url\":\"https://x?sig=s3cret\"}"}`,
    String.raw`{"a":"{\"url\":\"https://x?sig=[redacted]\"}"}`,
  ],
  [
    'a header line in quotes of a string of JSON',
    String.raw`{"a":"\"Authorization: Bearer s3cret\" is wrong"}`,
    String.raw`{"a":"\"Authorization: [redacted]\" is wrong"}`,
  ],
  ['a parameter in quotes', 'token="s3 cret" a', 'token="[redacted]" a'],
  [
    'a parameter in quotes of a string of JSON',
    String.raw`{"a":"token=\"s3cret\", b"}`,
    String.raw`{"a":"token=\"[redacted]\", b"}`,
  ],
  [
    'a parameter in apostrophes that do not end',
    `{"a":"token='s3cret","b":"it's"}`,
    `{"a":"token='[redacted]'","b":"it's"}`,
  ],
  ['credentials behind an equals sign', 'authorization=Bearer s3cret', 'authorization=[redacted]'],
  [
    'an object in a string in a string that is cut',
    String.raw`{"a":"{\"b\":\"{\\\"token\\\":{\\\"c\",\"d\":1}"}`,
    String.raw`{"a":"{\"b\":\"{\\\"token\\\":\\\"[redacted]\\\"\",\"d\":1}"}`,
  ],
  [
    'a parameter whose quotes end with a backslash',
    String.raw`{"a":"token=\"s3cret\\","b":1}`,
    String.raw`{"a":"token=\"[redacted]\"\\","b":1}`,
  ],
  [
    'an attribute of XML in a string of JSON',
    String.raw`{"a":"<b token = \"s3cret\" jwt = 's3cret'/>"}`,
    String.raw`{"a":"<b token = \"[redacted]\" jwt = '[redacted]'/>"}`,
  ],
  ['credentials alone', 'sent Bearer 0123456789abcdef01234 there', 'sent Bearer [redacted] there'],
  ['a minted token', '{"metadata":{"id":"1","JWT":"opaque"}}', '{"metadata":{"id":"1","JWT":"[redacted]"}}'],
  [
    'a JWT that JSON escapes',
    `"${JWT.replace('e', String.raw`\u0065`).replace('.', String.raw`\u002E`)}"`,
    '"[redacted]"',
  ],
  ['a field that JSON escapes', String.raw`{"p\u0061ssword":"s3cret"}`, '{"password":"[redacted]"}'],
  [
    'a field of JSON in a string whose marks JSON escapes',
    String.raw`{"a":"{\u0022token\u0022:\u0022s3\u002Bcret\u0022,\u0022b\u0022:1}"}`,
    String.raw`{"a":"{\"token\":\"[redacted]\",\"b\":1}"}`,
  ],
  [
    'a field of JSON in a string in a string whose marks JSON escapes',
    String.raw`{"a":"{\"b\":\"{\\u0022t\\u006fken\\u0022:\\u0022s3cret\\u0022}\"}"}`,
    String.raw`{"a":"{\"b\":\"{\\\"token\\\":\\\"[redacted]\\\"}\"}"}`,
  ],
  [
    'a field that JSON escapes beside a backslash',
    String.raw`{"t\u006fken":"s3cret","a":"\\\u0041"}`,
    String.raw`{"token":"[redacted]","a":"\\\u0041"}`,
  ],
  [
    'fields whose names end as those of secrets do',
    '{"srtPassphrase":"s3cret","aws_secret_access_key":"s3cret","adminPassword":"s3cret","MKIO_TOKEN":"s3cret"}',
    '{"srtPassphrase":"[redacted]","aws_secret_access_key":"[redacted]","adminPassword":"[redacted]","MKIO_TOKEN":"[redacted]"}',
  ],
  [
    'variables of an environment',
    'export MKIO_TOKEN=s3cret AWS_SECRET_ACCESS_KEY=s3cret',
    'export MKIO_TOKEN=[redacted] AWS_SECRET_ACCESS_KEY=[redacted]',
  ],
  ['file access', '{"accessToken" : "a\\"b", "url":"u"}', '{"accessToken" : "[redacted]", "url":"u"}'],
  [
    'a field of JSON in a string',
    String.raw`"{\"password\":\"p\",\"a\":\"b\"}"`,
    String.raw`"{\"password\":\"[redacted]\",\"a\":\"b\"}"`,
  ],
  ['a field whose colon stands apart', '{"password"\n\t: "s3cret"}', '{"password"\n\t: "[redacted]"}'],
  [
    'a field of JSON in a string in a string',
    String.raw`{"a":"{\"b\":\"{\\\"password\\\":\\\"s3\\\\\\\"cret\\\",\\\"c\\\":\\\"d\\\"}\"}"}`,
    String.raw`{"a":"{\"b\":\"{\\\"password\\\":\\\"[redacted]\\\",\\\"c\\\":\\\"d\\\"}\"}"}`,
  ],
  ['a field that is a number', '{"password": 123456,"a":1}', '{"password": "[redacted]","a":1}'],
  ['a field that is a list', '{"token":["s3cret", "s3]cret"],"a":1}', '{"token":"[redacted]","a":1}'],
  ['a field that is cut', '{"passphrase":"s3cr', '{"passphrase":"[redacted]"'],
  ['a content key', '{"id":"1","value":"MDEyMzQ1Njc4OWFiY2RlZg=="}', '{"id":"1","value":"[redacted]"}'],
  [
    'the authentication of a webhook',
    '{"authentication":{"headers":{"X-A":"s3cret"}},"headers":{}}',
    '{"authentication":"[redacted]","headers":{}}',
  ],
  [
    'what is deep in an authentication',
    '{"authentication":{"a":{"b":{"c":"s3cret"}},"d":"}s3cret"},"e":"f"}',
    '{"authentication":"[redacted]","e":"f"}',
  ],
  ['an authentication that is cut', '{"authentication":{"a":{"b":"s3cret', '{"authentication":"[redacted]"'],
  ['a field that is an object', '{"token":{"value":"s3cret}","a":[1]},"b":1}', '{"token":"[redacted]","b":1}'],
  [
    'a field that is a list of objects',
    '{"credentials":[{"a":"s3cret"},{"b":"]"}],"c":1}',
    '{"credentials":"[redacted]","c":1}',
  ],
  [
    'an object of JSON in a string',
    String.raw`{"a":"{\"token\":{\"b\":\"s3}cret\\\"\"},\"c\":1}","d":1}`,
    String.raw`{"a":"{\"token\":\"[redacted]\",\"c\":1}","d":1}`,
  ],
  [
    'an object of JSON in a string that is cut',
    String.raw`{"a":"{\"token\":{\"b\":\"s3cret","d":1}`,
    String.raw`{"a":"{\"token\":\"[redacted]\"","d":1}`,
  ],
  [
    'a field in a string that ends with a backslash',
    String.raw`{"a":"{\"token\":\"s3cret\\\\\",\"c\":1}"}`,
    String.raw`{"a":"{\"token\":\"[redacted]\",\"c\":1}"}`,
  ],
  ['an object as Python shows it', "{'token': 's3c\\'ret', 'a': 'b'}", "{'token': '[redacted]', 'a': 'b'}"],
  [
    'a content key of JSON in a string',
    String.raw`"{\"value\":\"MDEyMzQ1Njc4OWFiY2RlZg==\"}"`,
    String.raw`"{\"value\":\"[redacted]\"}"`,
  ],
  ['a parameter in a string of JSON', '{"message":"token=s3cret was sent"}', '{"message":"token=[redacted] was sent"}'],
  ['a parameter on a later line', 'failed:\npassword=s3cret\nfor a', 'failed:\npassword=[redacted]\nfor a'],
  ['a parameter among cookies', 'a=b; token=s3cret', 'a=b; token=[redacted]'],
  [
    'a header whose value quotes, in a string of JSON',
    String.raw`{"a":"sent Authorization: Digest username=\"u\", response=\"s3cret\"","b":1}`,
    String.raw`{"a":"sent Authorization: [redacted]","b":1}`,
  ],
  [
    'a header line in lines of a string of JSON',
    String.raw`{"a":"GET /\r\nX: \"b\"\r\nAuthorization: OAuth a=\"s3cret\"\r\nCookie: s3cret\nC: d","b":1}`,
    String.raw`{"a":"GET /\r\nX: \"b\"\r\nAuthorization: [redacted]\r\nCookie: [redacted]\nC: d","b":1}`,
  ],
  [
    'a header behind an apostrophe',
    `{"a":"it's x-api-key: s3cret","b":"don't"}`,
    `{"a":"it's x-api-key: [redacted]","b":"don't"}`,
  ],
  [
    'headers of a command line',
    `curl -H "Authorization: Bearer s3cret" -H 'x-api-key: s3cret' https://x`,
    `curl -H "Authorization: [redacted]" -H 'x-api-key: [redacted]' https://x`,
  ],
  ['a parameter with its scheme', 'authorization=Bearer s3cret, b', 'authorization=[redacted] b'],
  [
    'an element of XML',
    '<a:Keys xmlns:a="b"><a:PrimaryKey c="d">s3cret</a:PrimaryKey><Name>e</Name></a:Keys>',
    '<a:Keys xmlns:a="b"><a:PrimaryKey c="d">[redacted]</a:PrimaryKey><Name>e</Name></a:Keys>',
  ],
  ['an element of XML that is cut', '<a>b</a>\n<token>s3cr', '<a>b</a>\n<token>[redacted]'],
  ['an attribute of XML', '<user name="a" password = "s3 cret"/>', '<user name="a" password = "[redacted]"/>'],
  [
    'an apostrophe that does not end in its string of JSON',
    `{"a":"'token': 'b","token":"it's s3cret"}`,
    `{"a":"'token': '[redacted]'","token":"[redacted]"}`,
  ],
  ['the parameters of a webhook', '{"queryParams":{"code":"s3cret"}}', '{"queryParams":"[redacted]"}'],
  ['the keys of a storage', '{"credential":{"sasToken":"x"}}', '{"credential":"[redacted]"}'],
];
const staying = [
  '/api/v1/projects/p/media/assets?$skiptoken=2&$top=5',
  '/api/v1/projects/p/media/assets?$label_key=series&$label=key%3Dvalue',
  '/api/v1/x?$filter=name%20eq%20%27token%27&continuationToken=5',
  '{"value":[{"name":"key"}],"@odata.nextLink":"https://app.mk.io/x?$skiptoken=2"}',
  '{"kind":"token","spec":{"type":"full-access"}}',
  '{"labels":{"key":"series","value":"token"}}',
  String.raw`{"name":"a\u0026b \u003cc\u003e"}`,
  'the token of MKIO_TOKEN (environment) is blank',
  'srt://in.example:6000',
  'exit code=3, error (code=404), label "key=value"',
  '{"token":null,"password":false,"key":"token:"}',
  '{"nextToken":"a","continuationToken":"b","key":"c","keyId":"d","tokenType":"e","passwordPolicy":"f"}',
  '{"cookie":null,"authorization":false,"x-api-key":true,"a":"cookie:","b":1}',
  '{"error":{"detail":"wrong token=","ref":"1"},"core.authorization":["get"]}',
  '{"in":"cookie","x-b":"c","kind":"authorization","schema":{"a":"b"}}',
  'vary: Cookie, Accept-Encoding\naccess-control-request-headers: authorization,content-type',
  '{"a":"<br/>","b":"use <token>","c":"d"}',
  '<Key><Name>token</Name></Key>',
  'etag: "token"\nidempotency-key: 1\ncache-control: no-store',
  'Error: connect ECONNREFUSED 127.0.0.1:1\n    at TCPConnectWrap (node:net:1637:16)',
];

describe('what looks like a secret is masked', () => {
  test.each(masked)('%s', (_, text, shown) => {
    expect(redact(text)).toBe(shown);
  });

  test.each(staying)('but not in %s', (text) => {
    expect(redact(text)).toBe(text);
  });
});

test.each([
  '"x'.repeat(50_000),
  '=&?'.repeat(50_000),
  '"a":"\\'.repeat(20_000),
  '"credential":{'.repeat(10_000),
  'x-'.repeat(50_000),
  '"x-key":["'.repeat(20_000),
  '"token":["'.repeat(20_000),
  '"token":{"a'.repeat(20_000),
  String.raw`\"token\":{\"a`.repeat(20_000),
  '"token":"\\\\\\'.repeat(20_000),
  '"token":'.repeat(20_000),
  '"cookie",'.repeat(20_000),
  '"cookie","a'.repeat(20_000),
  'token="'.repeat(20_000),
  "token='a".repeat(20_000),
  String.raw`token=\"`.repeat(20_000),
  'cookie="'.repeat(20_000),
  `token=${'\\'.repeat(100_000)}`,
  '<token'.repeat(20_000),
  '<token a>x'.repeat(20_000),
  ' token="'.repeat(20_000),
  `<${' '.repeat(50_000)}`,
  String.raw`\"a\":\"`.repeat(20_000),
  '\\'.repeat(100_000),
  `cookie:[${' ,'.repeat(50_000)}`,
  `${' '.repeat(50_000)}x`,
  'rtmp://a/'.repeat(20_000),
  '?sig=a&token'.repeat(20_000),
  '%253f'.repeat(40_000),
  'eyJaaaaaaaa'.repeat(10_000),
  `${'\\'.repeat(100_000)}u0022`,
  String.raw`\u0022`.repeat(20_000),
  '://a'.repeat(40_000),
])('text made to be slow (%#) is not', (text) => {
  const before = process.cpuUsage();
  redact(text);
  // In CPU time, because other processes do not change it. A quadratic search takes seconds.
  expect(process.cpuUsage(before).user).toBeLessThan(500_000);
});

test('no text of our own is taken for a secret', () => {
  const hints = Object.values(ERRORS).map(({ hint }) => hint);
  const texts = OPTION_KEYS.map(optionOf).flatMap(({ about, kind }) => [about, kind.expects]);
  for (const text of [...hints, ...texts]) expect(redact(text)).toBe(text);
});
