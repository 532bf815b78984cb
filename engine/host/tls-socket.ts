/**
 * An outgoing TLS connection. Who the peer is, is checked against the authorities and its name unless the settings say otherwise; a key that
 * cannot be read fails the connection, as every other reason does, by the socket's error.
 */
import { isIP, Socket, type TcpSocketConnectOpts } from 'node:net';
import tls from 'node:tls';
import type { TlsSettings } from '../environment.ts';

/** Reading the authorities takes milliseconds, and every connection of a client has the same. */
const contexts = new WeakMap<TlsSettings, tls.SecureContext>();

export function connectTls(address: TcpSocketConnectOpts & Pick<tls.ConnectionOptions, 'timeout'>, settings: TlsSettings): Socket {
  const name = settings.serverName ?? address.host ?? '';
  let secureContext: tls.SecureContext;
  try {
    secureContext = contextOf(settings);
  } catch (error) {
    const socket = new Socket();
    socket.destroy(error as Error);
    return socket;
  }
  return tls.connect({
    ...address,
    secureContext,
    // An address is no name to ask for (RFC 6066, 3).
    ...(isIP(name) === 0 ? { servername: name } : {}),
    rejectUnauthorized: settings.verifies !== 'nothing',
    checkServerIdentity: (_host, certificate) => (settings.verifies === 'chainAndName' ? tls.checkServerIdentity(name, certificate) : undefined),
  });
}

function contextOf(settings: TlsSettings): tls.SecureContext {
  let context = contexts.get(settings);
  if (context === undefined) {
    const { ca, certificate, key, keyPassword } = settings;
    context = tls.createSecureContext({
      ...(ca === undefined ? {} : { ca }),
      ...(certificate === undefined ? {} : { cert: certificate }),
      ...(key === undefined ? {} : { key }),
      ...(keyPassword === undefined ? {} : { passphrase: keyPassword }),
    });
    contexts.set(settings, context);
  }
  return context;
}
