import path from 'node:path';

/** The root of the repository. */
export const repositoryRoot = path.resolve(__dirname, '../../..');

/** Where editors are kept between runs; ignored by git. */
export const downloadsRoot = path.join(repositoryRoot, '.vscode-test');

/** What runs leave behind to be looked at: bundles of suites, screenshots. Ignored by git. */
export const outRoot = path.join(repositoryRoot, 'out');
