import DeviceEmulator
import ModelTable
import ModuleProfiles
import QuecPython

/// The SIM, the network, and what the module says of itself.
extension Golden {
  private static let modemRows1: [Golden] =
    row(
      "modem.getDevImei.arguments", ["one"],
      .typeError("function takes 0 positional arguments but 1 were given"))
    + row("modem.getDevImei.failed", ["fault"], -1)
    + row(
      "modem.getDevModel.arguments", ["one"],
      .typeError("function takes 0 positional arguments but 1 were given"))
    + row("modem.getDevModel.failed", ["fault"], -1)
    + row(
      "modem.getDevSN.arguments", ["one"],
      .typeError("function takes 0 positional arguments but 1 were given"))
    + row("modem.getDevSN.failed", ["fault"], -1)
    + row(
      "modem.getDevFwVersion.arguments", ["one"],
      .typeError("function takes 0 positional arguments but 1 were given"))
    + row("modem.getDevFwVersion.failed", ["fault"], -1)
    + row(
      "modem.getDevProductId.arguments", ["one"],
      .typeError("function takes 0 positional arguments but 1 were given"))
    + row("modem.getDevProductId.failed", ["fault"], -1)
    + row("modem.getDevImei.ok", ["seed-1"], "864200041984858")
    + row("modem.getDevSN.ok", ["seed-1"], "D1Q200041984858")
    + row("modem.getDevProductId.ok", ["called"], "Quectel")

  private static let simRows1: [Golden] =
    row(
      "sim.getStatus.arguments", ["one"],
      .typeError("function takes 0 positional arguments but 1 were given"))
    + row("sim.getStatus.failed", ["fault"], -1)
    + row("sim.getStatus.ok", ["ready"], 1)
    + row("sim.getStatus.ok", ["locked"], 2)
    + row("sim.getStatus.ok", ["puk"], 3)
    + row("sim.getStatus.ok", ["blocked"], 19)
    + row("sim.getStatus.ok", ["absent"], 0)
    + row(
      "sim.getImsi.arguments", ["two"], .typeError("function expected at most 1 arguments, got 2"))
    + row("sim.getImsi.arguments", ["str"], .typeError("can't convert str to int"))
    + row("sim.getImsi.sim", ["2"], .valueError("invalid value, sim id should be 0/1."))
    + row("sim.getImsi.failed", ["absent"], -1)
    + row("sim.getImsi.failed", ["locked"], -1)
    + row("sim.getImsi.ok", ["none"], "460000000000001")
    + row("sim.getImsi.ok", ["sim-0"], "460000000000001")
    + row(
      "sim.getIccid.arguments", ["two"],
      documented: .typeError("function expected at most 1 arguments, got 2"), observed: nil)
    + row(
      "sim.getIccid.arguments", ["str"], documented: .typeError("can't convert str to int"),
      observed: nil)
    + row(
      "sim.getIccid.sim", ["2"], documented: .valueError("invalid value, sim id should be 0/1."),
      observed: nil)
    + row("sim.getIccid.failed", ["absent"], -1)
    + row("sim.getIccid.failed", ["locked"], documented: -1, observed: nil)
    + row("sim.getIccid.ok", ["none"], "89860000000000000018")
    + row("sim.getIccid.ok", ["sim-0"], documented: "89860000000000000018", observed: nil)
    + row(
      "sim.getPhoneNumber.arguments", ["two"],
      documented: .typeError("function expected at most 1 arguments, got 2"), observed: nil)
    + row(
      "sim.getPhoneNumber.arguments", ["str"], documented: .typeError("can't convert str to int"),
      observed: nil)
    + row(
      "sim.getPhoneNumber.sim", ["2"],
      documented: .valueError("invalid value, sim id should be 0/1."), observed: nil)

  private static let simRows2: [Golden] =
    row("sim.getPhoneNumber.failed", ["absent"], -1)
    + row("sim.getPhoneNumber.failed", ["locked"], documented: -1, observed: nil)
    + row("sim.getPhoneNumber.failed", ["no-number"], -1)
    + row("sim.getPhoneNumber.ok", ["number"], "8613800000000")
    + row(
      "sim.enablePin.arguments", ["none"],
      .typeError("function takes 1 positional arguments but 0 were given"))
    + row(
      "sim.enablePin.arguments", ["int"], .typeError("can't convert 'int' object to str implicitly")
    )
    + row(
      "sim.enablePin.length", ["16"],
      .valueError("invalid value, the length of pin should be no more than 15 bytes."))
    + row("sim.enablePin.failed", ["wrong"], -1)
    + row("sim.enablePin.failed", ["absent"], -1)
    + row("sim.enablePin.failed", ["third"], -1)
    + row("sim.enablePin.ok", ["ready"], 0)
    + row("sim.enablePin.ok", ["locked"], 0)
    + row(
      "sim.disablePin.arguments", ["none"],
      .typeError("function takes 1 positional arguments but 0 were given"))
    + row(
      "sim.disablePin.arguments", ["int"],
      .typeError("can't convert 'int' object to str implicitly"))
    + row(
      "sim.disablePin.length", ["16"],
      .valueError("invalid value, the length of pin should be no more than 15 bytes."))
    + row("sim.disablePin.failed", ["wrong"], -1)
    + row("sim.disablePin.failed", ["absent"], -1)
    + row("sim.disablePin.failed", ["third"], -1)
    + row("sim.disablePin.ok", ["ready"], 0)
    + row("sim.disablePin.ok", ["locked"], 0)
    + row(
      "sim.verifyPin.arguments", ["none"],
      .typeError("function takes 1 positional arguments but 0 were given"))
    + row(
      "sim.verifyPin.arguments", ["int"], .typeError("can't convert 'int' object to str implicitly")
    )
    + row(
      "sim.verifyPin.length", ["16"],
      .valueError("invalid value, the length of pin should be no more than 15 bytes."))
    + row("sim.verifyPin.failed", ["wrong"], -1)

  private static let simRows3: [Golden] =
    row("sim.verifyPin.failed", ["absent"], -1)
    + row("sim.verifyPin.failed", ["third"], -1)
    + row("sim.verifyPin.ok", ["ready"], 0)
    + row("sim.verifyPin.ok", ["locked"], 0)
    + row("sim.getStatus.ok", ["pin-verified"], 1)
    + row("sim.getStatus.ok", ["pin-lost"], 3)
    + row(
      "sim.changePin.arguments", ["one"],
      .typeError("function takes 2 positional arguments but 1 were given"))
    + row(
      "sim.changePin.arguments", ["int"], .typeError("can't convert 'int' object to str implicitly")
    )
    + row(
      "sim.changePin.length", ["old"],
      .valueError("invalid value, the length of pin should be no more than 15 bytes."))
    + row(
      "sim.changePin.length", ["new"],
      .valueError("invalid value, the length of pin should be no more than 15 bytes."))
    + row("sim.changePin.failed", ["wrong"], -1)
    + row("sim.changePin.failed", ["changed-before"], -1)
    + row("sim.changePin.ok", ["ready"], 0)
    + row("sim.verifyPin.ok", ["changed"], 0)
    + row(
      "sim.unblockPin.arguments", ["one"],
      .typeError("function takes 2 positional arguments but 1 were given"))
    + row(
      "sim.unblockPin.arguments", ["int"],
      .typeError("can't convert 'int' object to str implicitly"))
    + row(
      "sim.unblockPin.pukLength", ["16"],
      .valueError("invalid value, the length of puk should be no more than 15 bytes."))
    + row(
      "sim.unblockPin.pinLength", ["16"],
      .valueError("invalid value, the length of pin should be no more than 15 bytes."))
    + row("sim.unblockPin.failed", ["not-asked"], -1)
    + row("sim.unblockPin.failed", ["wrong"], -1)
    + row("sim.unblockPin.failed", ["no-tries"], -1)
    + row("sim.unblockPin.ok", ["puk"], 0)
    + row("sim.getStatus.ok", ["blocked-by-puk"], 19)
    + row(
      "sim.readPhonebook.arguments", ["three"],
      .typeError("function takes 4 positional arguments but 3 were given"), on: withPhoneBook)

  private static let simRows4: [Golden] =
    row(
      "sim.readPhonebook.arguments", ["str"], .typeError("can't convert str to int"),
      on: withPhoneBook)
    + row(
      "sim.readPhonebook.storage", ["16"],
      .valueError("invalid value, storage should be in (0,15)."), on: withPhoneBook)
    + row(
      "sim.readPhonebook.order", ["backwards"], .valueError("invalid value, end >= start."),
      on: withPhoneBook)
    + row(
      "sim.readPhonebook.span", ["21"], .valueError("invalid value, end - start <= 20."),
      on: withPhoneBook)
    + row(
      "sim.readPhonebook.name", ["31"],
      .valueError("invalid value, the length of username should be no more than 30 bytes."),
      on: withPhoneBook)
    + row("sim.readPhonebook.failed", ["absent"], -1, on: withPhoneBook)
    + row("sim.readPhonebook.ok", ["empty"], .value(.tuple([0, []])), on: withPhoneBook)
    + row(
      "sim.readPhonebook.ok", ["written"],
      .value(.tuple([2, [.tuple([1, "Ann", "456"]), .tuple([2, "Tom", "123"])]])), on: onASR)
    + row(
      "sim.readPhonebook.ok", ["by-name"], .value(.tuple([1, [.tuple([2, "Tom", "123"])]])),
      on: onASR)
    + row(
      "sim.writePhonebook.arguments", ["three"],
      .typeError("function takes 4 positional arguments but 3 were given"), on: onASR)
    + row(
      "sim.writePhonebook.arguments", ["int"],
      .typeError("can't convert 'int' object to str implicitly"), on: onASR)
    + row("sim.writePhonebook.platform", ["unisoc"], .noAttribute, on: not(onASR))
    + row(
      "sim.writePhonebook.storage", ["minus-1"],
      .valueError("invalid value, storage should be in (0,15)."), on: onASR)
    + row(
      "sim.writePhonebook.index", ["0"], .valueError("invalid value, index should be in (1,500)."),
      on: onASR)
    + row(
      "sim.writePhonebook.name", ["31"],
      .valueError("invalid value, the length of username should be no more than 30 bytes."),
      on: onASR)
    + row(
      "sim.writePhonebook.number", ["21"],
      .valueError("invalid value, the length of phonenumber should be no more than 20 bytes."),
      on: onASR)
    + row("sim.writePhonebook.failed", ["locked"], -1, on: onASR)
    + row("sim.writePhonebook.ok", ["new"], 0, on: onASR)
    + row(
      "sim.setSimDet.arguments", ["one"],
      .typeError("function takes 2 positional arguments but 1 were given"))
    + row("sim.setSimDet.arguments", ["str"], .typeError("can't convert str to int"))
    + row("sim.setSimDet.failed", ["fault"], -1)
    + row(
      "sim.setSimDet.enable", ["2"], .valueError("invalid value, detenable should be in (0,1)."))
    + row(
      "sim.setSimDet.level", ["2"], .valueError("invalid value, insertlevel should be in (0,1)."))
    + row("sim.setSimDet.ok", ["on"], 0)

  private static let simRows5: [Golden] =
    row(
      "sim.getSimDet.arguments", ["one"],
      .typeError("function takes 0 positional arguments but 1 were given"))
    + row("sim.getSimDet.failed", ["fault"], -1)
    + row("sim.getSimDet.ok", ["at-power-on"], .value(.tuple([0, 0])))
    + row("sim.getSimDet.ok", ["set"], .value(.tuple([1, 1])))
    + row(
      "sim.setCallback.arguments", ["none"],
      .typeError("function takes 1 positional arguments but 0 were given"))
    + row("sim.setCallback.failed", ["fault"], -1)
    + row("sim.setCallback.ok", ["function"], 0)
    + row("sim.setCallback.ok", ["none"], 0)
    + row("sim.setCallback.inserted", ["again"], 1)
    + row("sim.setCallback.removed", ["removed"], 2)
    + row(
      "sim.getIccid.given", ["one"], documented: nil,
      observed: .typeError("function takes 0 positional arguments but 1 were given"))
    + row(
      "sim.getPhoneNumber.given", ["one"], documented: nil,
      observed: .typeError("function takes 0 positional arguments but 1 were given"))
    + row(
      "sim.readPhonebook.platform", ["unisoc"], documented: nil, observed: .noAttribute,
      on: not(onASR))

  private static let netRows1: [Golden] =
    row(
      "net.csqQueryPoll.arguments", ["one"],
      .typeError("function takes 0 positional arguments but 1 were given"))
    + row("net.csqQueryPoll.failed", ["fault"], -1)
    + row("net.csqQueryPoll.ok", ["home"], 24)
    + row("net.csqQueryPoll.ok", ["weak"], 3)
    + row("net.csqQueryPoll.ok", ["unknown"], 99)
    + row("net.csqQueryPoll.ok", ["absent"], 99)
    + row("net.csqQueryPoll.ok", ["flight"], 99)
    + row("net.getSignal.failed", ["fault"], -1)
    + row(
      "net.getSignal.arguments", ["two"],
      documented: .typeError("function expected at most 1 arguments, got 2"), observed: nil)
    + row(
      "net.getSignal.arguments", ["str"], documented: .typeError("can't convert str to int"),
      observed: nil)
    + row("net.getSignal.mode", ["2"], documented: -1, observed: nil)
    + row(
      "net.getSignal.ok", ["home"], .value(.tuple([[99, 99, 255, 255], [-65, -90, -7, 255]])))
    + row(
      "net.getSignal.ok", ["mode-0"],
      documented: .value(.tuple([[99, 99, 255, 255], [-65, -90, -7, 255]])), observed: nil)
    + row(
      "net.getSignal.ok", ["sinr"],
      documented: .value(.tuple([[99, 99, 255, 255], [-65, -90, -7, 255, 14]])), observed: nil)
    + row(
      "net.getSignal.ok", ["unknown"], .value(.tuple([[99, 99, 255, 255], [99, 99, 255, 255]])))
    + row(
      "net.getSignal.ok", ["strongest"],
      .value(.tuple([[99, 99, 255, 255], [-51, -76, -5, 255]])))
    + row(
      "net.getState.arguments", ["one"],
      .typeError("function takes 0 positional arguments but 1 were given"))
    + row("net.getState.failed", ["fault"], -1)
    + row(
      "net.getState.ok", ["home"],
      .value(.tuple([[1, 4097, 16_908_545, 7, 0, 121], [1, 4097, 16_908_545, 7, 0, 121]])))
    + row(
      "net.getState.ok", ["roaming"],
      .value(.tuple([[5, 4097, 16_908_545, 7, 0, 121], [5, 4097, 16_908_545, 7, 0, 121]])))
    + row(
      "net.getState.ok", ["searching"], .value(.tuple([[2, 0, 0, 0, 0, 0], [2, 0, 0, 0, 0, 0]])))
    + row(
      "net.getState.ok", ["denied"], .value(.tuple([[3, 0, 0, 0, 0, 0], [3, 0, 0, 0, 0, 0]])))
    + row(
      "net.getState.ok", ["absent"], .value(.tuple([[0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0]])))
    + row(
      "net.getState.ok", ["flight"], .value(.tuple([[0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0]])))

  private static let netRows2: [Golden] =
    row(
      "net.getState.ok", ["flight-is-over"],
      .value(.tuple([[1, 4097, 16_908_545, 7, 0, 121], [1, 4097, 16_908_545, 7, 0, 121]])))
    + row(
      "net.getCellInfo.arguments", ["one"],
      .typeError("function takes 0 positional arguments but 1 were given"))
    + row("net.getCellInfo.failed", ["fault"], -1)
    + row(
      "net.getCellInfo.ok", ["asr"],
      .value(.tuple([[], [], [.tuple([0, 16_908_545, 1120, 0, 121, 4097, 3688, -90, -7])]])),
      on: onASR)
    + row(
      "net.getCellInfo.ok", ["unisoc"],
      .value(.tuple([[], [], [.tuple([0, 16_908_545, 460, 0, 121, 4097, 3688, -90, -7])]])),
      on: not(onASR))
    + row("net.getCellInfo.ok", ["no-network"], .value(.tuple([[], [], []])))
    + row(
      "net.getCi.arguments", ["one"],
      .typeError("function takes 0 positional arguments but 1 were given"))
    + row("net.getCi.failed", ["not-registered"], -1)
    + row("net.getCi.failed", ["flight"], -1)
    + row("net.getCi.ok", ["home"], .value([16_908_545]))
    + row(
      "net.getMnc.arguments", ["one"],
      .typeError("function takes 0 positional arguments but 1 were given"))
    + row("net.getMnc.failed", ["not-registered"], -1)
    + row("net.getMnc.failed", ["flight"], -1)
    + row("net.getMnc.ok", ["home"], .value([0]))
    + row(
      "net.getMcc.arguments", ["one"],
      .typeError("function takes 0 positional arguments but 1 were given"))
    + row("net.getMcc.failed", ["not-registered"], -1)
    + row("net.getMcc.failed", ["flight"], -1)
    + row("net.getMcc.ok", ["asr"], .value([1120]), on: onASR)
    + row("net.getMcc.ok", ["unisoc"], .value([460]), on: not(onASR))
    + row(
      "net.getLac.arguments", ["one"],
      .typeError("function takes 0 positional arguments but 1 were given"))
    + row("net.getLac.failed", ["not-registered"], -1)
    + row("net.getLac.failed", ["flight"], -1)
    + row("net.getLac.ok", ["home"], .value([4097]))
    + row(
      "net.getServingCi.arguments", ["one"],
      .typeError("function takes 0 positional arguments but 1 were given"))

  private static let netRows3: [Golden] =
    row("net.getServingCi.failed", ["not-registered"], -1)
    + row("net.getServingCi.failed", ["flight"], -1)
    + row("net.getServingCi.ok", ["home"], 16_908_545)
    + row(
      "net.getServingMnc.arguments", ["one"],
      .typeError("function takes 0 positional arguments but 1 were given"))
    + row("net.getServingMnc.failed", ["not-registered"], -1)
    + row("net.getServingMnc.failed", ["flight"], -1)
    + row("net.getServingMnc.ok", ["home"], 0)
    + row(
      "net.getServingMcc.arguments", ["one"],
      .typeError("function takes 0 positional arguments but 1 were given"))
    + row("net.getServingMcc.failed", ["not-registered"], -1)
    + row("net.getServingMcc.failed", ["flight"], -1)
    + row("net.getServingMcc.ok", ["asr"], 1120, on: onASR)
    + row("net.getServingMcc.ok", ["unisoc"], 460, on: not(onASR))
    + row(
      "net.getServingLac.arguments", ["one"],
      .typeError("function takes 0 positional arguments but 1 were given"))
    + row("net.getServingLac.failed", ["not-registered"], -1)
    + row("net.getServingLac.failed", ["flight"], -1)
    + row("net.getServingLac.ok", ["home"], 4097)
    + row("net.getServingCi.ok", ["moved"], 7)
    + row("net.getServingLac.ok", ["moved"], 8)
    + row(
      "net.operatorName.arguments", ["one"],
      .typeError("function takes 0 positional arguments but 1 were given"))
    + row("net.operatorName.failed", ["not-registered"], -1)
    + row("net.operatorName.failed", ["flight"], -1)
    + row("net.operatorName.ok", ["home"], .value(.tuple(["CHINA MOBILE", "CMCC", "460", "00"])))
    + row("net.operatorName.ok", ["other"], .value(.tuple(["Blue", "BL", "262", "03"])))
    + row(
      "net.getNetMode.arguments", ["one"],
      .typeError("function takes 0 positional arguments but 1 were given"))

  private static let netRows4: [Golden] =
    row("net.getNetMode.failed", ["not-registered"], -1)
    + row("net.getNetMode.failed", ["flight"], -1)
    + row("net.getNetMode.ok", ["home"], .value(.tuple([0, "460", "00", 7])))
    + row("net.getNetMode.ok", ["gsm"], .value(.tuple([0, "460", "00", 0])))
    + row(
      "net.getConfig.arguments", ["one"],
      .typeError("function takes 0 positional arguments but 1 were given"))
    + row("net.getConfig.failed", ["fault"], -1)
    + row("net.getConfig.ok", ["asr"], .value(.tuple([5, false])), on: onASR)
    + row("net.getConfig.ok", ["unisoc"], .value(.tuple([8, false])), on: not(onASR))
    + row("net.getConfig.ok", ["set"], .value(.tuple([6, true])))
    + row(
      "net.setConfig.arguments", ["none"],
      .typeError("function missing 1 required positional arguments"))
    + row(
      "net.setConfig.arguments", ["three"],
      .typeError("function expected at most 2 arguments, got 3"))
    + row("net.setConfig.arguments", ["str"], .typeError("can't convert str to int"))
    + row("net.setConfig.failed", ["fault"], -1)
    + row("net.setConfig.mode", ["19"], -1)
    + row("net.setConfig.mode", ["minus-1"], -1)
    + row("net.setConfig.mode", ["umts"], -1, on: not(onASR))
    + row("net.setConfig.roaming", ["2"], -1)
    + row("net.setConfig.ok", ["mode"], 0)
    + row("net.setConfig.ok", ["roaming"], 0)
    + row(
      "net.getModemFun.arguments", ["one"],
      .typeError("function takes 0 positional arguments but 1 were given"))
    + row("net.getModemFun.failed", ["fault"], -1)
    + row("net.getModemFun.ok", ["at-power-on"], 1)
    + row("net.getModemFun.ok", ["flight"], 4)
    + row(
      "net.setModemFun.arguments", ["none"],
      .typeError("function missing 1 required positional arguments"))

  private static let netRows5: [Golden] =
    row(
      "net.setModemFun.arguments", ["three"],
      .typeError("function expected at most 2 arguments, got 3"))
    + row("net.setModemFun.arguments", ["str"], .typeError("can't convert str to int"))
    + row("net.setModemFun.failed", ["fault"], -1)
    + row("net.setModemFun.range", ["2"], -1)
    + row("net.setModemFun.reset", ["2"], -1)
    + row("net.setModemFun.ok", ["0"], 0)
    + row("net.setModemFun.ok", ["1"], 0)
    + row("net.setModemFun.ok", ["4"], 0)
    + row(
      "net.setApn.arguments", ["one"],
      .typeError("function takes 2 positional arguments but 1 were given"))
    + row(
      "net.setApn.arguments", ["int"], .typeError("can't convert 'int' object to str implicitly"))
    + row("net.setApn.failed", ["fault"], -1)
    + row("net.setApn.platform", ["unisoc"], "NOT SUPPORT", on: not(onASR))
    + row("net.setApn.sim", ["2"], .valueError("invalid simid."), on: onASR)
    + row("net.setApn.ok", ["sim-0"], 0, on: onASR)
    + row(
      "net.getApn.arguments", ["none"],
      .typeError("function takes 1 positional arguments but 0 were given"))
    + row("net.getApn.arguments", ["str"], .typeError("can't convert str to int"))
    + row("net.getApn.failed", ["fault"], -1)
    + row("net.getApn.platform", ["unisoc"], "NOT SUPPORT", on: not(onASR))
    + row("net.getApn.sim", ["2"], .valueError("invalid simid."), on: onASR)
    + row("net.getApn.ok", ["none"], "", on: onASR)
    + row("net.getApn.ok", ["set"], "a.b", on: onASR)
    + row(
      "net.setCallback.arguments", ["none"],
      .typeError("function takes 1 positional arguments but 0 were given"))
    + row("net.setCallback.failed", ["fault"], -1)
    + row("net.setCallback.ok", ["function"], 0)

  private static let netRows6: [Golden] =
    row("net.setCallback.ok", ["none"], 0)
    + row("net.setCallback.registered", ["lost"], .value(.tuple([1, 2, 0, 0, 0])))
    + row("net.setCallback.registered", ["roaming"], .value(.tuple([1, 5, 4097, 16_908_545, 7])))
    + row("net.setCallback.registered", ["flight"], .value(.tuple([1, 0, 0, 0, 0])))
    + row(
      "net.setCallback.registered", ["flight-is-over"], .value(.tuple([1, 1, 4097, 16_908_545, 7])))
    + row("net.setCallback.registered", ["card-gone"], .value(.tuple([1, 0, 0, 0, 0])))
    + row(
      "net.getSignal.given", ["one"], documented: nil,
      observed: .typeError("function takes 0 positional arguments but 1 were given"))

  private static let dataCallRows1: [Golden] =
    row(
      "dataCall.setPDPContext.arguments", ["one"],
      .typeError("function takes 6 positional arguments but 1 were given"))
    + row(
      "dataCall.setPDPContext.arguments", ["int"],
      .typeError("can't convert 'int' object to str implicitly"))
    + row("dataCall.setPDPContext.failed", ["fault"], -1)
    + row("dataCall.setPDPContext.range", ["0"], -1)
    + row("dataCall.setPDPContext.range", ["4"], -1)
    + row("dataCall.setPDPContext.range", ["type-3"], -1)
    + row("dataCall.setPDPContext.range", ["authentication-4"], -1)
    + row("dataCall.setPDPContext.length", ["access-point"], -1)
    + row("dataCall.setPDPContext.length", ["password"], -1)
    + row("dataCall.setPDPContext.ok", ["set"], 0)
    + row(
      "dataCall.getPDPContext.arguments", ["none"],
      .typeError("function takes 1 positional arguments but 0 were given"))
    + row("dataCall.getPDPContext.arguments", ["str"], .typeError("can't convert str to int"))
    + row("dataCall.getPDPContext.failed", ["fault"], -1)
    + row("dataCall.getPDPContext.range", ["4"], -1)
    + row("dataCall.getPDPContext.ok", ["at-power-on"], .value(.tuple([0, "", "", "", 0])))
    + row("dataCall.getPDPContext.ok", ["set"], .value(.tuple([2, "a", "u", "p", 1])))
    + row("dataCall.getPDPContext.ok", ["started"], .value(.tuple([0, "a", "u", "p", 1])))
    + row(
      "dataCall.setAutoActivate.arguments", ["one"],
      .typeError("function takes 2 positional arguments but 1 were given"))
    + row("dataCall.setAutoActivate.arguments", ["str"], .typeError("can't convert str to int"))
    + row("dataCall.setAutoActivate.failed", ["fault"], -1)
    + row(
      "dataCall.setAutoActivate.profile", ["4"],
      .valueError("invalid value, profileID should be in [1,3]."))
    + row(
      "dataCall.setAutoActivate.enable", ["2"],
      .valueError("invalid value, enable should be 0 or 1."))
    + row("dataCall.setAutoActivate.ok", ["off"], 0)
    + row(
      "dataCall.setAutoConnect.arguments", ["one"],
      .typeError("function takes 2 positional arguments but 1 were given"))

  private static let dataCallRows2: [Golden] =
    row("dataCall.setAutoConnect.arguments", ["str"], .typeError("can't convert str to int"))
    + row("dataCall.setAutoConnect.failed", ["fault"], -1)
    + row(
      "dataCall.setAutoConnect.profile", ["4"],
      .valueError("invalid value, profileID should be in [1,3]."))
    + row(
      "dataCall.setAutoConnect.enable", ["2"],
      .valueError("invalid value, enable should be 0 or 1."))
    + row("dataCall.setAutoConnect.ok", ["off"], 0)
    + row(
      "dataCall.setDNSServer.arguments", ["one"],
      .typeError("function takes 4 positional arguments but 1 were given"))
    + row(
      "dataCall.setDNSServer.arguments", ["int"],
      .typeError("can't convert 'int' object to str implicitly"))
    + row("dataCall.setDNSServer.failed", ["fault"], -1)
    + row("dataCall.setDNSServer.range", ["4"], -1)
    + row("dataCall.setDNSServer.range", ["sim-1"], -1)
    + row("dataCall.setDNSServer.ok", ["set"], 0)
    + row(
      "dataCall.activate.arguments", ["none"],
      .typeError("function takes 1 positional arguments but 0 were given"))
    + row("dataCall.activate.arguments", ["str"], .typeError("can't convert str to int"))
    + row("dataCall.activate.range", ["0"], -1)
    + row("dataCall.activate.failed", ["not-registered"], -1)
    + row("dataCall.activate.ok", ["again"], 0)
    + row("dataCall.activate.ok", ["second"], 0)
    + row(
      "dataCall.deactivate.arguments", ["none"],
      .typeError("function takes 1 positional arguments but 0 were given"))
    + row("dataCall.deactivate.arguments", ["str"], .typeError("can't convert str to int"))
    + row("dataCall.deactivate.failed", ["fault"], -1)
    + row("dataCall.deactivate.range", ["4"], -1)
    + row("dataCall.deactivate.ok", ["first"], 0)
    + row(
      "dataCall.getInfo.arguments", ["one"],
      .typeError("function takes 2 positional arguments but 1 were given"))
    + row("dataCall.getInfo.arguments", ["str"], .typeError("can't convert str to int"))

  private static let dataCallRows3: [Golden] =
    row("dataCall.getInfo.failed", ["fault"], -1)
    + row(
      "dataCall.getInfo.asr", ["9"], .valueError("invalid value, profileIdx should be in [1,8]."),
      on: onASR)
    + row(
      "dataCall.getInfo.others", ["8"],
      .valueError("invalid value, profileIdx should be in [1,7]."), on: not(onASR))
    + row("dataCall.getInfo.type", ["3"], .valueError("invalid value, ipTpye should be in [0,2]."))
    + row(
      "dataCall.getInfo.ok", ["at-power-on"],
      .value(.tuple([1, 0, [1, 0, "10.0.0.2", "127.0.0.1", "0.0.0.0"]])))
    + row(
      "dataCall.getInfo.ok", ["both"],
      .value(
        .tuple([1, 2, [1, 0, "10.0.0.2", "127.0.0.1", "0.0.0.0"], [0, 0, "::", "::", "::"]])))
    + row("dataCall.getInfo.ok", ["ipv6"], .value(.tuple([1, 1, [0, 0, "::", "::", "::"]])))
    + row(
      "dataCall.getInfo.ok", ["other"],
      .value(.tuple([2, 0, [0, 0, "0.0.0.0", "0.0.0.0", "0.0.0.0"]])))
    + row(
      "dataCall.getInfo.ok", ["activated"],
      .value(.tuple([2, 0, [1, 0, "10.0.0.2", "127.0.0.1", "0.0.0.0"]])))
    + row(
      "dataCall.getInfo.ok", ["deactivated"],
      .value(.tuple([1, 0, [0, 0, "0.0.0.0", "0.0.0.0", "0.0.0.0"]])))
    + row(
      "dataCall.getInfo.ok", ["not-registered"],
      .value(.tuple([1, 0, [0, 0, "0.0.0.0", "0.0.0.0", "0.0.0.0"]])))
    + row(
      "dataCall.getInfo.ok", ["back"],
      .value(.tuple([1, 0, [1, 0, "10.0.0.2", "127.0.0.1", "0.0.0.0"]])))
    + row(
      "dataCall.getInfo.ok", ["not-back"],
      .value(.tuple([1, 0, [0, 0, "0.0.0.0", "0.0.0.0", "0.0.0.0"]])))
    + row(
      "dataCall.getInfo.ok", ["scenario"],
      .value(.tuple([1, 0, [1, 0, "10.9.8.7", "8.8.8.8", "0.0.0.0"]])))
    + row(
      "dataCall.getInfo.ok", ["flight"],
      .value(.tuple([1, 0, [0, 0, "0.0.0.0", "0.0.0.0", "0.0.0.0"]])))
    + row(
      "dataCall.getInfo.ok", ["servers"],
      .value(.tuple([1, 0, [1, 0, "10.0.0.2", "8.8.8.8", "1.1.1.1"]])))
    + row(
      "dataCall.setCallback.arguments", ["none"],
      .typeError("function takes 1 positional arguments but 0 were given"))
    + row("dataCall.setCallback.failed", ["fault"], -1)
    + row("dataCall.setCallback.ok", ["function"], 0)
    + row("dataCall.setCallback.ok", ["none"], 0)
    + row("dataCall.setCallback.state", ["activated"], .value(.tuple([2, 1])))
    + row("dataCall.setCallback.state", ["deactivated"], .value(.tuple([1, 0])))
    + row("dataCall.setCallback.state", ["started"], .value(.tuple([3, 1])))
    + row("dataCall.setCallback.state", ["lost"], .value(.tuple([1, 0])))

  private static let dataCallRows4: [Golden] =
    row("dataCall.setCallback.state", ["back"], .value(.tuple([1, 1])))
    + row("dataCall.setCallback.state", ["flight"], .value(.tuple([1, 0])))
    + row("dataCall.setCallback.state", ["flight-is-over"], .value(.tuple([1, 1])))
    + row(
      "dataCall.start.arguments", ["five"],
      .typeError("function takes 6 positional arguments but 5 were given"))
    + row(
      "dataCall.start.arguments", ["seven"],
      .typeError("function takes 6 positional arguments but 7 were given"))
    + row(
      "dataCall.start.arguments", ["int"],
      .typeError("can't convert 'int' object to str implicitly"))
    + row(
      "dataCall.start.asr", ["beyond"],
      .valueError("invalid value, profileIdx should be in [1,8]."), on: onASR)
    + row(
      "dataCall.start.others", ["beyond"],
      .valueError("invalid value, profileIdx should be in [1,7]."), on: not(onASR))
    + row(
      "dataCall.start.type", ["beyond"], .valueError("invalid value, ipTpye should be in [0,2]."))
    + row(
      "dataCall.start.authentication", ["beyond"],
      .valueError("invalid value, authType should be in [0,2]."))
    + row(
      "dataCall.start.accessPoint", ["beyond"],
      .valueError("invalid value, the length of apn should be no more than 63 bytes."))
    + row(
      "dataCall.start.user", ["beyond"],
      .valueError("invalid value, the length of username should be no more than 15 bytes."))
    + row(
      "dataCall.start.password", ["beyond"],
      .valueError("invalid value, the length of password should be no more than 15 bytes."))
    + row("dataCall.start.failed", ["not-registered"], -1)
    + row("dataCall.start.ok", ["again"], 0)
    + row("dataCall.start.ok", ["later"], 0)
    + row("dataCall.start.failed", ["waiting-again"], -1)
    + row("dataCall.setApn.ok", ["later"], 0)
    + row("dataCall.setAsynMode.arguments", ["none"], .takes(1, given: 0))
    + row("dataCall.setAsynMode.mode", ["2"], documented: -1, observed: nil)
    + row("dataCall.setAsynMode.mode", ["str"], documented: -1, observed: nil)
    + row("dataCall.setAsynMode.failed", ["fault"], -1)
    + row("dataCall.setAsynMode.ok", ["on"], 0)
    + row("dataCall.setAsynMode.ok", ["off"], 0)
    + row(
      "dataCall.setApn.arguments", ["five"],
      .typeError("function missing 1 required positional arguments"))
    + row(
      "dataCall.setApn.arguments", ["eight"],
      .typeError("function expected at most 7 arguments, got 8"))
    + row(
      "dataCall.setApn.arguments", ["int"],
      .typeError("can't convert 'int' object to str implicitly"))
    + row(
      "dataCall.setApn.asr", ["beyond"],
      .valueError("invalid value, profileIdx should be in [1,8]."), on: onASR)
    + row(
      "dataCall.setApn.others", ["beyond"],
      .valueError("invalid value, profileIdx should be in [1,7]."), on: not(onASR))
    + row(
      "dataCall.setApn.type", ["beyond"], .valueError("invalid value, ipTpye should be in [0,2]."))
    + row(
      "dataCall.setApn.authentication", ["beyond"],
      .valueError("invalid value, authType should be in [0,2]."))
    + row(
      "dataCall.setApn.accessPoint", ["beyond"],
      .valueError("invalid value, the length of apn should be no more than 63 bytes."))
    + row(
      "dataCall.setApn.user", ["beyond"],
      .valueError("invalid value, the length of username should be no more than 15 bytes."))

  private static let dataCallRows5: [Golden] =
    row(
      "dataCall.setApn.password", ["beyond"],
      .valueError("invalid value, the length of password should be no more than 15 bytes."))
    + row("dataCall.setApn.failed", ["not-registered"], -1)
    + row("dataCall.setApn.failed", ["full"], -1)
    + row("dataCall.setApn.ok", ["set"], 0)
    + row("dataCall.getPDPContext.ok", ["access-point"], .value(.tuple([0, "a", "u", "p", 2])))

  /// The network's time at power-on, and another one: as hours, or as quarters of an hour with a sign.
  private static let netTimeRows: [Golden] =
    row(
      "net.nitzTime.arguments", ["one"],
      .typeError("function takes 0 positional arguments but 1 were given"))
    + row("net.nitzTime.failed", ["none"], -1)
    + row(
      "net.nitzTime.ok", ["at-power-on", "lost"],
      .value(.tuple(["25/01/01 00:00:00 8 0", 1_735_689_600, 0])), on: onASR)
    + row(
      "net.nitzTime.ok", ["other"],
      .value(.tuple(["26/03/04 05:06:07 -5 0", 1_772_600_767, 0])), on: onASR)
    + row(
      "net.nitzTime.ok", ["quarters"],
      .value(.tuple(["25/01/01 00:00:00 +32 0", 1_735_689_600, 0])), on: not(onASR))
    + row(
      "net.nitzTime.ok", ["other-quarters"],
      .value(.tuple(["26/03/04 05:06:07 -04 0", 1_772_600_767, 0])), on: not(onASR))

  static let network: [Golden] =
    modemRows1 + simRows1 + simRows2 + simRows3 + simRows4 + simRows5 + netRows1 + netRows2
    + netRows3 + netRows4 + netRows5 + netRows6 + netTimeRows + dataCallRows1 + dataCallRows2
    + dataCallRows3
    + dataCallRows4 + dataCallRows5
    + modemIdentity

  private static let modemIdentity =
    made("modem.getDevModel.ok", ["called"]) { model, _ in .value(.string(model.name)) }
    + made("modem.getDevFwVersion.ok", ["called"]) { model, _ in
      (try? model.profile()).map { .value(.string($0.identity.firmware)) }
    }
}

@Sendable private func onASR(_ model: Model, _ policy: Policy) -> Bool { !model.isUnisoc }
/// The observed firmware has phone books on the chips of ASR alone.
@Sendable private func withPhoneBook(_ model: Model, _ policy: Policy) -> Bool {
  !model.isUnisoc || policy == .documented
}
