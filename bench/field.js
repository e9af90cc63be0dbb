import { startChild } from './child.js';

/**
 * @typedef {object} Contender
 * @property {string} name its name in the tables
 * @property {string} file
 * @property {readonly string[]} args after the upstream's origin
 */

export const OURS = 'ours';
export const HTTP_PROXY = 'fastify + http-proxy';
export const CEILING = 'node:http + undici';

/**
 * @param {string} dist the built program
 * @param {readonly string[]} others older builds, to compare a change with
 * @param {readonly string[]} captures further values of MKIO_PROXY_CAPTURE for the built program
 * @returns {Contender[]}
 */
export function createField(dist, others, captures) {
  const ours = (folder, name, ...args) => ({ name, file: 'contenders/ours.js', args: [folder, ...args] });
  return [
    // The peers record nothing; the image's default.
    ours(dist, OURS, 'off'),
    ...others.map((folder) => ours(folder, `${OURS}, ${folder}`)),
    ...captures.map((capture) => ours(dist, `${OURS}, capture ${capture}`, capture)),
    { name: HTTP_PROXY, file: 'contenders/http-proxy.js', args: [] },
    { name: `${HTTP_PROXY}, no log`, file: 'contenders/http-proxy.js', args: ['without-log'] },
    { name: CEILING, file: 'contenders/ceiling.js', args: [] },
  ];
}

/** @param {Contender} contender */
export const startContender = ({ file, args }, upstream, execArgv) =>
  startChild(file, [upstream.address, ...args], execArgv);

/** Rotates the order, so that no contender always runs after the same one. */
export const rotate = (list, by) => list.map((_, index) => list[(index + by) % list.length]);
