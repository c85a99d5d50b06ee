import { runTool } from './tool.ts';

/** One program per host, so that a global which the host does not have does not compile. */
const HOSTS = ['core', 'pure', 'renderer', 'browser', 'main'];

const ends = await Promise.all(
  HOSTS.map((host) =>
    runTool(
      { package: 'typescript', command: 'tsc' },
      ['-p', `tsconfig.${host}.json`, ...(process.stdout.isTTY ? ['--pretty'] : [])],
      { show: false },
    ),
  ),
);

for (const [index, end] of ends.entries()) {
  if (end.status !== 0) process.stdout.write(`tsconfig.${HOSTS[index] ?? ''}.json\n${end.output}\n`);
}
process.exitCode = ends.every((end) => end.status === 0) ? 0 : 1;
