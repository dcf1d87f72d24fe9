/** Something cannot be attached; the message says why, for the person. */
export class AttachRefusal extends Error {
  override readonly name = 'AttachRefusal';
}
