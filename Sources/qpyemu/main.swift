import Commands

QPYEmu.main()
