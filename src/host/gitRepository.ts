import * as vscode from 'vscode';

/** The part of the built-in Git extension's API (version 1) that is needed. */
interface GitApi {
  readonly repositories: readonly GitApiRepository[];
}

interface GitApiRepository {
  readonly rootUri: vscode.Uri;
  log(options: { maxEntries: number }): Promise<readonly Commit[]>;
  diff(cached: boolean): Promise<string>;
  diffWithHEAD(path: string): Promise<string>;
  diffBetween(before: string, after: string): Promise<readonly { readonly uri: vscode.Uri }[]>;
  diffBetween(before: string, after: string, path: string): Promise<string>;
}

interface Commit {
  readonly hash: string;
  readonly message: string;
  readonly parents?: readonly string[];
}

const mostFiles = 200;

/** What can be read of a repository of the workspace. */
export interface GitRepository {
  log(most: number): Promise<readonly Commit[]>;
  /** What is staged and what is not, as a diff. */
  changes(): Promise<string>;
  /** Message and diff of a commit. */
  commit(hash: string): Promise<string>;
}

/** The repository with this root; undefined where the Git extension does not know it. */
export function gitRepository(root: string): GitRepository | undefined {
  const found = gitApi()?.repositories.find(({ rootUri }) => rootUri.toString() === root);
  if (found === undefined) return undefined;
  return {
    log: (most) => found.log({ maxEntries: most }),
    changes: async () => {
      const [staged, other] = await Promise.all([found.diff(true), found.diff(false)]);
      return [staged, other].filter((text) => text !== '').join('\n');
    },
    commit: async (hash) => {
      const commit = (await found.log({ maxEntries: 500 })).find((one) => one.hash === hash);
      if (commit === undefined) return '';
      const before = commit.parents?.[0] ?? '';
      // Of the first commit the Git extension gives no difference to nothing.
      if (before === '') return commit.message;
      const files = await found.diffBetween(before, hash);
      const diffs = await Promise.all(
        files.slice(0, mostFiles).map(({ uri }) => found.diffBetween(before, hash, uri.fsPath)),
      );
      return [commit.message, ...diffs].join('\n');
    },
  };
}

/** What changed in a file since the last commit; empty where nothing did, or git does not know it. */
export async function gitDiffOf(file: vscode.Uri): Promise<string> {
  const repositories = gitApi()?.repositories ?? [];
  const own = repositories
    .filter(({ rootUri }) => file.path.startsWith(`${rootUri.path}/`))
    .sort((a, b) => b.rootUri.path.length - a.rootUri.path.length)[0];
  return (await own?.diffWithHEAD(file.fsPath)) ?? '';
}

/** Roots of the workspace's repositories. */
export function gitRoots(): string[] {
  return (gitApi()?.repositories ?? []).map(({ rootUri }) => rootUri.toString());
}

function gitApi(): GitApi | undefined {
  const extension = vscode.extensions.getExtension<{ getAPI(version: 1): GitApi }>('vscode.git');
  try {
    return extension?.isActive === true ? extension.exports.getAPI(1) : undefined;
  } catch {
    // Git is switched off (`git.enabled`).
    return undefined;
  }
}
