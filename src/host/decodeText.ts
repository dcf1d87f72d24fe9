import * as vscode from 'vscode';

/** What stands where bytes are of no character. */
const replacement = '\ufffd';

/** The text of a file: by its byte order mark, as UTF-8, else as the editor would read it. */
export async function decodeText(data: Uint8Array, uri: string): Promise<string> {
  const marked = data[0] === 0xff && data[1] === 0xfe ? 'utf-16le' : 'utf-16be';
  const isUtf16 = marked === 'utf-16le' || (data[0] === 0xfe && data[1] === 0xff);
  try {
    return new TextDecoder(isUtf16 ? marked : 'utf-8', { fatal: true }).decode(data);
  } catch {
    // Not UTF-8: the editor knows what the person has set for such files.
  }
  const decoded =
    uri === ''
      ? await vscode.workspace.decode(data)
      : await vscode.workspace.decode(data, { uri: vscode.Uri.parse(uri, true) });
  return decoded.includes(replacement)
    ? vscode.workspace.decode(data, { encoding: 'windows1252' })
    : decoded;
}
