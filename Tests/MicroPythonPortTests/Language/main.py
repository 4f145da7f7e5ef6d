import usys
from cases import cases
only = None
for name, src in cases:
    usys.stdout.write("@@" + name + "\n")
    try:
        exec(src, {})
    except MemoryError as e:
        print("!MemoryError", e)
    except BaseException as e:
        print("!" + type(e).__name__ + ": " + str(e))
