import { t } from '../words/words'
import { call, Refusal } from './call'

export type Credential = Record<string, unknown>

/** Browsers keep passkeys for hosts that have a name, and on pages that nobody can change on their way. */
export function canHavePasskeys(): boolean {
  return 'PublicKeyCredential' in window && !/^([\d.]+|\[.*)$/.test(location.hostname)
}

/** Have this device make a passkey for the person who is signed in. */
export async function makePasskey(): Promise<Credential> {
  const { options } = await call('/passkey/challenge', {})
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(
    options as unknown as PublicKeyCredentialCreationOptionsJSON,
  )
  return plain(await asked(() => navigator.credentials.create({ publicKey })))
}

/** Have this device show that it holds a passkey of somebody's. */
export async function provePasskey(): Promise<Credential> {
  const { options } = await call('/session/passkey/challenge', {})
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(
    options as unknown as PublicKeyCredentialRequestOptionsJSON,
  )
  return plain(await asked(() => navigator.credentials.get({ publicKey })))
}

async function asked(
  ask: () => Promise<globalThis.Credential | null>,
): Promise<PublicKeyCredential> {
  try {
    const given = await ask()
    if (given instanceof PublicKeyCredential) return given
  } catch (reason) {
    if (!(reason instanceof DOMException)) throw reason
    if (reason.name === 'InvalidStateError')
      throw new Refusal('Passkey', t('This device has a passkey of yours already.'), '')
    if (reason.name === 'SecurityError')
      throw new Refusal('Passkey', t('Passkeys belong to the public address of the server.'), '')
  }
  throw new Refusal('Passkey', t('The device gave no passkey.'), '')
}

const plain = (given: PublicKeyCredential) => given.toJSON() as unknown as Credential
