import hmac


def hmac_sha1(key, msg):
    key, msg = [item.encode() if isinstance(item, str) else item for item in (key, msg)]
    return hmac.new(key, msg, "sha1").hexdigest()
