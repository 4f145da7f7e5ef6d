// What extmod's uhashlib and ucryptolib ask of axTLS, which Debian's source package leaves out: crypto.c has it.
#ifndef QPYEMU_CRYPTO_H
#define QPYEMU_CRYPTO_H

#include <stddef.h>
#include <stdint.h>

// MD5 and SHA-1 take blocks of 64 bytes, and end with the length of the whole.
typedef struct {
  uint32_t state[5];
  uint64_t length;
  uint8_t block[64];
} SHA1_CTX, MD5_CTX;

#define SHA1_SIZE 20
#define MD5_SIZE 16

void SHA1_Init(SHA1_CTX *hash);
void SHA1_Update(SHA1_CTX *hash, const uint8_t *bytes, int count);
void SHA1_Final(uint8_t *digest, SHA1_CTX *hash);
void MD5_Init(MD5_CTX *hash);
void MD5_Update(MD5_CTX *hash, const uint8_t *bytes, int count);
void MD5_Final(uint8_t *digest, MD5_CTX *hash);

typedef enum { AES_MODE_128, AES_MODE_256 } AES_MODE;

typedef struct {
  uint8_t rounds;
  uint8_t keys[15][16];
  uint8_t iv[16];
} AES_CTX;

void AES_set_key(AES_CTX *aes, const uint8_t *key, const uint8_t *iv, AES_MODE mode);
void AES_convert_key(AES_CTX *aes); // Before a decryption.
// A block as four words, each with its first byte highest.
void AES_encrypt(const AES_CTX *aes, uint32_t *block);
void AES_decrypt(const AES_CTX *aes, uint32_t *block);
void AES_cbc_encrypt(AES_CTX *aes, const uint8_t *in, uint8_t *out, int count);
void AES_cbc_decrypt(AES_CTX *aes, const uint8_t *in, uint8_t *out, int count);

#endif
