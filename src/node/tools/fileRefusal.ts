import { ToolRefusal } from '../../core/tool';

/** What the file system's refusal means for the model. Anything that is not one is given back as it is. */
export function fileRefusal(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
      return new ToolRefusal('There is no such file.');
    case 'ENOTDIR':
      return new ToolRefusal('A part of the path is a file, not a folder.');
    case 'EISDIR':
      return new ToolRefusal('This is a folder.');
    case 'EEXIST':
      return new ToolRefusal('There is such a file already.');
    case 'EACCES':
    case 'EPERM':
      return new ToolRefusal('The system does not permit it.');
    case 'EROFS':
      return new ToolRefusal('The file system is read-only.');
    case 'ENOSPC':
      return new ToolRefusal('The disk is full.');
    case 'ENAMETOOLONG':
      return new ToolRefusal('The name is too long.');
    case 'ENXIO':
      return new ToolRefusal('This is no ordinary file.');
    case 'ELOOP':
      return new ToolRefusal('The file has become a link meanwhile.');
    default:
      return error;
  }
}
