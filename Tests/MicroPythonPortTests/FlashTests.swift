import Testing

/// The device's flash and the script's own file systems, of which each has its place in one tree.
@Suite(.serialized) struct FlashTests {
  @Test(
    "Files and folders of the flash, by paths from the root and from the folder",
    arguments: Width.here)
  func flash(width: Width) throws {
    let run = try StubRun(
      """
      import uos
      print(uos.listdir(), uos.ilistdir('/') is not None, uos.getcwd())
      uos.mkdir('usr'), uos.mkdir('/usr/x')
      with open('/usr/a.py', 'w') as file:
          file.write('print(__name__)\\n')
      print(list(uos.ilistdir('usr')), uos.stat('/usr/a.py'), uos.stat('usr')[0])
      print(uos.statvfs('/usr'), uos.statvfs('/') == uos.statvfs('/usr'))
      uos.chdir('usr/./x/..//')
      print(uos.getcwd(), uos.listdir(), uos.stat('a.py')[6], open('a.py').read(5), uos.listdir('/'))
      import a
      uos.rename('a.py', 'x/b.py')
      import x.b
      execfile('../usr/x/b.py')
      uos.chdir('..')
      print(uos.getcwd())
      uos.unlink('usr/x/b.py'), uos.rmdir('usr/x')
      print(uos.listdir('/usr'))
      """, on: width)
    #expect(run.code == 0, "\(run.errors)")
    #expect(
      run.lines == [
        "['main.py'] True /",
        "[('a.py', 32768, 0, 16), ('x', 16384, 0, 4096)] (32768, 0, 0, 0, 0, 0, 16, 0, 0, 0) 16384",
        "(4096, 4096, 100, 50, 50, 0, 0, 0, 0, 255) True",
        "/usr ['a.py', 'x'] 16 print ['main.py', 'usr']", "a", "x.b", "__main__", "/", "[]",
      ])
  }

  @Test(
    "What is not there or not meant is refused, and leaves the folder as it was",
    arguments: [
      ("uos.chdir('none')", "OSError(2,)"), ("uos.chdir('main.py')", "OSError(20,)"),
      ("uos.stat('none')", "OSError(2,)"), ("uos.listdir('/none')", "OSError(2,)"),
      ("uos.remove('none')", "OSError(2,)"), ("uos.rename('none', 'b')", "OSError(2,)"),
      ("uos.mkdir('usr')", "OSError(17,)"), ("uos.mkdir('/')", "OSError(17,)"),
      ("uos.mount(1, '/y')", "OSError(19,)"), ("uos.umount('/y')", "OSError(22,)"),
      ("uos.stat(5)", "TypeError(\"can't convert 'int' object to str implicitly\",)"),
      ("uos.rename('a', 5)", "TypeError(\"can't convert 'int' object to str implicitly\",)"),
      ("open('none')", "OSError(2,)"), ("uos.urandom(-1)", "ValueError('count',)"),
      ("execfile('none.py')", "OSError(2,)"),
    ])
  func refusals(attempt: String, error: String) throws {
    let run = try StubRun(
      """
      import uos
      uos.mkdir('usr')
      try:
          \(attempt)
      except Exception as error:
          print(repr(error), uos.getcwd())
      """)
    #expect(run.lines == ["\(error) /"], "\(run.errors)")
  }

  @Test("A file system of the script's own opens, lists and imports", arguments: Width.here)
  func mount(width: Width) throws {
    let run = try StubRun(
      """
      import uos, uio, usys
      class File(uio.IOBase):
          def __init__(self, data):
              self.data, self.at = data, 0
          def ioctl(self, request, argument):
              return 0 if request == 4 else -1
          def readinto(self, buffer):
              count = min(len(buffer), len(self.data) - self.at)
              for i in range(count):
                  buffer[i] = self.data[self.at + i]
              self.at += count
              return count
      class Remote:
          files = {'c.py': b'name = __name__\\n#' + b' ' * 600 + b'\\nend = 1\\n'}
          folder = '/'
          def mount(self, *options):
              print('mount', options)
          def umount(self):
              print('umount')
          def chdir(self, path):
              self.folder = path
          def getcwd(self):
              return self.folder
          def find(self, path):
              if path.split('/')[-1] not in self.files:
                  raise OSError(2)
              return self.files[path.split('/')[-1]]
          def stat(self, path):
              return (0x8000, 0, 0, 0, 0, 0, len(self.find(path)), 0, 0, 0)
          def ilistdir(self, path):
              for name in self.files:
                  yield (name, 0x8000, 0, 0)
          def open(self, path, mode):
              return File(self.find(path))
      uos.mount(Remote(), '/remote')
      print(uos.listdir('/remote'), uos.listdir('/'), uos.stat('/remote/c.py')[6])
      uos.chdir('/remote')
      import c
      print(uos.getcwd(), c.name, c.end, open('/main.py').read(6))
      usys.path[:] = ['/remote']
      uos.chdir('/')
      del usys.modules['c']
      import c
      execfile('/remote/c.py')
      print(c.end, name, uos.getcwd())
      uos.umount('/remote')
      try:
          open('/remote/c.py')
      except OSError as error:
          print(error)
      """, on: width)
    #expect(run.code == 0, "\(run.errors)")
    #expect(
      run.lines == [
        "mount (False, False)", "['c.py'] ['remote', 'main.py'] 626", "/remote c 1 import",
        "1 __main__ /", "umount", "[Errno 2] ENOENT",
      ])
  }

  @Test("The flash can be taken away, and what needs it then says so")
  func unmounted() throws {
    let run = try StubRun(
      """
      import uos
      uos.umount('/')
      for attempt in ("open('main.py')", "uos.stat('main.py')", "__import__('main')"):
          try:
              eval(attempt)
          except Exception as error:
              print(repr(error))
      print(uos.listdir())
      """)
    #expect(
      run.lines == [
        "OSError(19,)", "OSError(19,)", "ImportError(\"no module named 'main'\",)", "[]",
      ],
      "\(run.errors)")
  }

  @Test("The device tells its name, and numbers of chance", arguments: Width.here)
  func names(width: Width) throws {
    let run = try StubRun(
      """
      import uos
      print(uos.uname(), uos.uname2(), uos.uname2().release, uos.urandom(3), uos.urandom(0))
      """, on: width)
    #expect(
      run.lines == [
        "('sysname=Stub', 'release=1=2') (sysname='Stub', release='1=2') 1=2 b'\\x00%J' b''"
      ], "\(run.errors)")
  }

  @Test("The module vfs is there only if the device describes it")
  func vfs() throws {
    #expect(try StubRun("import vfs").errors.contains("no module named 'vfs'"))
    let run = try StubRun(
      "import vfs, uos\nprint(vfs.mount is uos.mount, vfs.umount is uos.umount, hasattr(vfs, 'native'))",
      options: ["-v"])
    #expect(run.output == "True True False\n", "\(run.errors)")
  }
}
