// MD5 (RFC 1321), SHA-1 (RFC 3174) and AES (FIPS 197), for the interpreter's uhashlib and ucryptolib.
#include "lib/axtls/crypto/crypto.h"
#include <stdbool.h>
#include <string.h>

static uint32_t turn(uint32_t word, unsigned count) { return word << count | word >> (32 - count); }

// Hashes.

typedef void (*block_function)(uint32_t *state, const uint8_t *block);

static const uint32_t first_state[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};

static void hash_begin(MD5_CTX *hash) {
  memcpy(hash->state, first_state, sizeof first_state);
  hash->length = 0;
}

static void hash_add(MD5_CTX *hash, const uint8_t *bytes, size_t count, block_function add_block) {
  while (count) {
    size_t filled = hash->length % 64, part = 64 - filled < count ? 64 - filled : count;
    memcpy(hash->block + filled, bytes, part);
    hash->length += part;
    bytes += part;
    count -= part;
    if (hash->length % 64 == 0) add_block(hash->state, hash->block);
  }
}

static void put_words(uint8_t *to, const uint32_t *words, size_t count, bool is_big) {
  for (size_t i = 0; i < count * 4; i++) to[i] = words[i / 4] >> (is_big ? 24 - i % 4 * 8 : i % 4 * 8);
}

static void hash_end(MD5_CTX *hash, uint8_t *digest, size_t words, bool is_big, block_function add_block) {
  uint64_t bits = hash->length * 8;
  uint32_t halves[2] = {is_big ? bits >> 32 : bits, is_big ? bits : bits >> 32};
  uint8_t end[72] = {0x80};
  size_t padding = 1 + (119 - hash->length % 64) % 64;
  put_words(end + padding, halves, 2, is_big);
  hash_add(hash, end, padding + 8, add_block);
  put_words(digest, hash->state, words, is_big);
}

static void add_md5_block(uint32_t *state, const uint8_t *block) {
  // The sine of 1 to 64, as a fraction of 32 bits.
  static const uint32_t sines[64] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
  };
  static const uint8_t turns[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};
  uint32_t words[16], a = state[0], b = state[1], c = state[2], d = state[3];
  for (unsigned i = 0; i < 16; i++) {
    const uint8_t *at = block + i * 4;
    words[i] = at[0] | at[1] << 8 | at[2] << 16 | (uint32_t)at[3] << 24;
  }
  for (unsigned i = 0; i < 64; i++) {
    uint32_t mixed;
    unsigned index;
    switch (i / 16) {
      case 0: mixed = (b & c) | (~b & d); index = i; break;
      case 1: mixed = (d & b) | (~d & c); index = 5 * i + 1; break;
      case 2: mixed = b ^ c ^ d; index = 3 * i + 5; break;
      default: mixed = c ^ (b | ~d); index = 7 * i;
    }
    uint32_t next = b + turn(a + mixed + sines[i] + words[index % 16], turns[i / 16][i % 4]);
    a = d;
    d = c;
    c = b;
    b = next;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
}

static void add_sha1_block(uint32_t *state, const uint8_t *block) {
  static const uint32_t constants[4] = {0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6};
  uint32_t words[80], a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
  for (unsigned i = 0; i < 16; i++) {
    const uint8_t *at = block + i * 4;
    words[i] = (uint32_t)at[0] << 24 | at[1] << 16 | at[2] << 8 | at[3];
  }
  for (unsigned i = 16; i < 80; i++) words[i] = turn(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);
  for (unsigned i = 0; i < 80; i++) {
    uint32_t mixed;
    switch (i / 20) {
      case 0: mixed = (b & c) | (~b & d); break;
      case 2: mixed = (b & c) | (b & d) | (c & d); break;
      default: mixed = b ^ c ^ d;
    }
    uint32_t next = turn(a, 5) + mixed + e + constants[i / 20] + words[i];
    e = d;
    d = c;
    c = turn(b, 30);
    b = a;
    a = next;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
}

void MD5_Init(MD5_CTX *hash) { hash_begin(hash); }
void MD5_Update(MD5_CTX *hash, const uint8_t *bytes, int count) { hash_add(hash, bytes, count, add_md5_block); }
void MD5_Final(uint8_t *digest, MD5_CTX *hash) { hash_end(hash, digest, 4, false, add_md5_block); }
void SHA1_Init(SHA1_CTX *hash) { hash_begin(hash); }
void SHA1_Update(SHA1_CTX *hash, const uint8_t *bytes, int count) { hash_add(hash, bytes, count, add_sha1_block); }
void SHA1_Final(uint8_t *digest, SHA1_CTX *hash) { hash_end(hash, digest, 5, true, add_sha1_block); }

// AES.

static uint8_t boxes[256], inverse_boxes[256];

static uint8_t twice(uint8_t byte) { return byte << 1 ^ (byte & 0x80 ? 0x1b : 0); }

static uint8_t times(uint8_t byte, unsigned factor) {
  uint8_t product = 0;
  for (; factor; factor >>= 1, byte = twice(byte)) if (factor & 1) product ^= byte;
  return product;
}

// Of each byte its inverse in the field, found by the powers of 3, then the affine transformation.
static void fill_boxes(void) {
  if (boxes[0]) return;
  uint8_t power = 1, inverse = 1;
  do {
    power ^= twice(power);
    for (unsigned i = 1; i <= 4; i *= 2) inverse ^= inverse << i;
    if (inverse & 0x80) inverse ^= 0x09;
    uint8_t box = inverse;
    for (unsigned i = 1; i <= 4; i++) box ^= inverse << i | inverse >> (8 - i);
    boxes[power] = box ^ 0x63;
  } while (power != 1);
  boxes[0] = 0x63;
  for (unsigned i = 0; i < 256; i++) inverse_boxes[boxes[i]] = i;
}

void AES_set_key(AES_CTX *aes, const uint8_t *key, const uint8_t *iv, AES_MODE mode) {
  fill_boxes();
  size_t length = mode == AES_MODE_128 ? 16 : 32;
  aes->rounds = length / 4 + 6;
  if (iv) memcpy(aes->iv, iv, 16);
  uint8_t *keys = aes->keys[0], constant = 1;
  memcpy(keys, key, length);
  for (size_t at = length; at < 16 * (aes->rounds + 1u); at += 4) {
    uint8_t word[4];
    memcpy(word, keys + at - 4, 4);
    if (at % length == 0) {
      uint8_t first = word[0];
      for (unsigned i = 0; i < 4; i++) word[i] = boxes[i < 3 ? word[i + 1] : first];
      word[0] ^= constant;
      constant = twice(constant);
    } else if (length == 32 && at % length == 16) {
      for (unsigned i = 0; i < 4; i++) word[i] = boxes[word[i]];
    }
    for (unsigned i = 0; i < 4; i++) keys[at + i] = keys[at + i - length] ^ word[i];
  }
}

void AES_convert_key(AES_CTX *aes) { (void)aes; } // The same keys serve both ways.

static void add_key(uint8_t *block, const uint8_t *key) {
  for (unsigned i = 0; i < 16; i++) block[i] ^= key[i];
}

// Bytes of row r move r columns to the left, or back to the right.
static void substitute_and_shift(uint8_t *block, const uint8_t *with, unsigned direction) {
  uint8_t before[16];
  memcpy(before, block, 16);
  for (unsigned i = 0; i < 16; i++) block[i] = with[before[(i + i % 4 * 4 * direction) % 16]];
}

static void mix_columns(uint8_t *block, const uint8_t *factors) {
  for (uint8_t *column = block; column < block + 16; column += 4) {
    uint8_t before[4];
    memcpy(before, column, 4);
    for (unsigned row = 0; row < 4; row++) {
      column[row] = 0;
      for (unsigned i = 0; i < 4; i++) column[row] ^= times(before[(row + i) % 4], factors[i]);
    }
  }
}

static void encrypt_bytes(const AES_CTX *aes, uint8_t *block) {
  static const uint8_t factors[4] = {2, 3, 1, 1};
  add_key(block, aes->keys[0]);
  for (unsigned round = 1; round <= aes->rounds; round++) {
    substitute_and_shift(block, boxes, 1);
    if (round < aes->rounds) mix_columns(block, factors);
    add_key(block, aes->keys[round]);
  }
}

static void decrypt_bytes(const AES_CTX *aes, uint8_t *block) {
  static const uint8_t factors[4] = {14, 11, 13, 9};
  for (unsigned round = aes->rounds; round >= 1; round--) {
    add_key(block, aes->keys[round]);
    if (round < aes->rounds) mix_columns(block, factors);
    substitute_and_shift(block, inverse_boxes, 3);
  }
  add_key(block, aes->keys[0]);
}

static void as_bytes(const AES_CTX *aes, uint32_t *words, void (*change)(const AES_CTX *, uint8_t *)) {
  uint8_t block[16];
  put_words(block, words, 4, true);
  change(aes, block);
  for (unsigned i = 0; i < 4; i++) {
    const uint8_t *at = block + i * 4;
    words[i] = (uint32_t)at[0] << 24 | at[1] << 16 | at[2] << 8 | at[3];
  }
}

void AES_encrypt(const AES_CTX *aes, uint32_t *block) { as_bytes(aes, block, encrypt_bytes); }
void AES_decrypt(const AES_CTX *aes, uint32_t *block) { as_bytes(aes, block, decrypt_bytes); }

void AES_cbc_encrypt(AES_CTX *aes, const uint8_t *in, uint8_t *out, int count) {
  for (; count >= 16; count -= 16, in += 16, out += 16) {
    add_key(aes->iv, in);
    encrypt_bytes(aes, aes->iv);
    memcpy(out, aes->iv, 16);
  }
}

void AES_cbc_decrypt(AES_CTX *aes, const uint8_t *in, uint8_t *out, int count) {
  for (; count >= 16; count -= 16, in += 16, out += 16) {
    uint8_t next_iv[16], block[16];
    memcpy(next_iv, in, 16);
    memcpy(block, in, 16);
    decrypt_bytes(aes, block);
    add_key(block, aes->iv);
    memcpy(out, block, 16);
    memcpy(aes->iv, next_iv, 16);
  }
}
