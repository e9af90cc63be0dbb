import process from 'node:process';
import { fileURLToPath, pathToFileURL, URL } from 'node:url';
import { reportSelf } from '../self-report.js';
import { TOKEN } from '../token.js';

/** The built program as `mkio-proxy start` runs it: its defaults, all guards, link rewriting, its own JSON log. */
const [origin, dist, capture] = process.argv.slice(2);
const load = (file) => import(pathToFileURL(`${dist}/${file}`).href);
(await load('cli/compilers.js')).keepCompilersSmall();
const [{ loadConfig }, { createLogger }, { startProxy }, { createTokenStore }] = await Promise.all(
  ['config/load.js', 'log/logging.js', 'server.js', 'token/store.js'].map(load),
);

const { config } = loadConfig({
  env: {
    MKIO_BASE_URL: origin,
    MKIO_TOKEN: TOKEN,
    MKIO_PROXY_PORT: '0',
    MKIO_PROXY_ADMIN_PORT: '0',
    LOG_FORMAT: 'json',
    ...(capture !== undefined && { MKIO_PROXY_CAPTURE: capture }),
  },
  cwd: fileURLToPath(new URL('.', import.meta.url)),
});
const { token, secrets, mask } = await createToken();
const { log } = await createLogger(config.log, { isTTY: false, mask });
const { address } = await startProxy({ config, token, secrets, log });

reportSelf(address);

async function createToken() {
  const [{ createSecrets }, { createValueSource }] = await Promise.all(
    ['secrets/secrets.js', 'token/sources.js'].map(load),
  );
  const secrets = createSecrets();
  const source = createValueSource(TOKEN, 'bench', secrets.hold);
  const token = createTokenStore({ source, first: await source.read() });
  return { token, secrets, mask: secrets.maskTokens };
}
