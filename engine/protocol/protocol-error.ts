/** Bytes that are no message of the protocol: the connection they came from cannot be trusted any further. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
  readonly code = 'MALFORMED_FRAME';
}
