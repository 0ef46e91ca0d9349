# only: DF024,DF033,DF054,DF065
FROM --platform=windows/amd64 mcr.microsoft.com/windows/nanoserver:ltsc2022
USER ContainerUser
