import _thread

_topics = {}


def subscribe(topic, handler):
    handlers = _topics.setdefault(topic, [])
    if handler not in handlers:
        handlers.append(handler)


def unsubscribe(topic, handler=None):
    if handler is None:
        _topics.pop(topic, None)
    elif handler in _topics.get(topic, []):
        _topics[topic].remove(handler)


def publish(topic, message):
    for handler in list(_topics.get(topic, [])):
        _thread.start_new_thread(handler, (topic, message))


def sub_table(topic=None):
    return _topics if topic is None else _topics.get(topic, [])
