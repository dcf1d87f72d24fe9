import path from 'node:path';
import { packageVsix } from './packageVsix';

/** `npm run package` */
packageVsix().then(
  ({ file, bytes, contents }) => {
    for (const [name, size] of contents) console.log(`${String(size).padStart(9)}  ${name}`);
    console.log(`\n${path.basename(file)}: ${Math.round(bytes / 1000)} kB`);
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);
