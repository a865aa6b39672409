/* sign.h - signatures by SSH keys, made and checked by ssh-keygen.
 *
 * A file FILE is signed as FILE.sig, by `ssh-keygen -Y sign` in the namespace "lensgate": whoever
 * has the signer's public key can check it without this program:
 *
 *     ssh-keygen -Y verify -f ALLOWED -I WHO -n lensgate -s manifest.json.sig < manifest.json
 *
 * A statement is wrapped in a DSSE envelope, its `sig` the same kind of signature, over the
 * envelope's pre-authentication encoding. Sources: OpenSSH PROTOCOL.sshsig;
 * github.com/secure-systems-lab/dsse, protocol.md and envelope.md.
 */
#ifndef EVIDENCE_SIGN_H
#define EVIDENCE_SIGN_H

#include "base/buf.h"
#include "base/error.h"

/* Whose signature it is. */
struct signer {
	char principal[200]; /* as the allowed signers' file names it; "": nobody asked */
	char key[200];       /* "ED25519 key SHA256:..." */
};

/* Sign `folder`/manifest.json and `folder`/statement.json with `key`: a private key's file, or a
 * public key's whose private one an agent holds. May ask for a passphrase at the terminal. */
bool sign_folder(const char *folder, const char *key, struct error *err) MUST_USE;

/* Check both signatures in `folder`. `allowed` is an allowed signers' file (ssh-keygen(1)), or
 * NULL: then only that the signatures are whole is known, not whose they are. False with the
 * reason: altered, by nobody allowed, or not to be checked. */
bool sign_check(const char *folder, const char *allowed, struct signer *signer,
		struct error *err) MUST_USE;

#endif
